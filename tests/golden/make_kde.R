# Writes kde_r.csv: bandwidths and densities of R (stats, and MASS, which comes with R) for the samples of
# kde_peers.json. Run as `Rscript tests/golden/make_kde.R` from the root of the repository, with jsonlite installed.
#
# `density` bins the values linearly on at least 512 points before it convolves them; 2^15 points leave an error of about
# 1e-8 of the peak. `bw.ucv` bins the distances; 20000 bins leave about 1e-4 of the bandwidth. The names of kernels are
# those of this package: "rectangular" is uniform, "optcosine" is cosine.
library(jsonlite)
library(MASS)

golden <- fromJSON("tests/golden/kde_peers.json", simplifyVector = TRUE)
kernels <- c(gaussian = "gaussian", epanechnikov = "epanechnikov", biweight = "biweight",
             triangular = "triangular", uniform = "rectangular", cosine = "optcosine")
rows <- data.frame()
add <- function(sample, quantity, value)
  rows <<- rbind(rows, data.frame(sample = sample, quantity = quantity, value = sprintf("%.15g", value)))

for (name in names(golden$samples)) {
  each <- golden$samples[[name]]
  x <- each$values
  h <- each$width
  add(name, "bw.nrd0", bw.nrd0(x))
  add(name, "bw.nrd", bw.nrd(x))
  add(name, "bandwidth.nrd", bandwidth.nrd(x))
  add(name, "bw.ucv", bw.ucv(x, nb = 20000, lower = 0.02 * sd(x), upper = sd(x), tol = 1e-6 * sd(x)))
  for (kernel in names(kernels)) {
    curve <- density(x, bw = h, kernel = kernels[[kernel]], n = 2^15, cut = 6)
    at <- approx(curve$x, curve$y, each$places)$y
    for (k in seq_along(at)) add(name, paste0("density ", kernel, " ", k), at[k])
  }
}
# Two dimensions: the first two samples of equal length side by side.
x <- golden$samples$two$values[1:200]
y <- golden$samples$income$values[1:200]
plane <- kde2d(x, y, n = 5)
for (i in 1:5) {
  add("plane", paste0("x ", i), plane$x[i])
  add("plane", paste0("y ", i), plane$y[i])
  for (j in 1:5) add("plane", paste("density", i, j), plane$z[i, j])
}
write.csv(rows, "tests/golden/kde_r.csv", row.names = FALSE, quote = FALSE)
