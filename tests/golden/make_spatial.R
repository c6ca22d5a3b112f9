# Write spatial_spdep.json: local G and G*, Moran's I and local Moran's I as the R package spdep computes them.
#
# Usage: Rscript tests/golden/make_spatial.R tests/golden/spatial_spdep.json
#
# Two samples: 40 places in the plane with their 5 nearest neighbours, and a grid of 6 × 7 cells that touch at an edge;
# lognormal values. Weights binary ("B"), row-standardised ("W"), and one over the distance for the places. G* has the
# unit among its neighbours before weights are standardised (include.self), in the weights by distance with the largest
# weight of its row.
#
# Conventions: localG squares the weights in its variance, as here. localmoran divides by n (mlvar = TRUE), and its
# default variance is the conditional one; conditional = FALSE gives the total one. moran.test is asked for both
# assumptions, two-sided.
suppressMessages({library(spdep); library(jsonlite)})
set.seed(20250301)

one <- function(name, x, listw, starred) {
  both <- lapply(c(TRUE, FALSE), function(randomisation) {
    test <- moran.test(x, listw, randomisation = randomisation, alternative = "two.sided")
    list(I = test$estimate[[1]], E = test$estimate[[2]], V = test$estimate[[3]], z = test$statistic[[1]],
         p = test$p.value)
  })
  local <- lapply(c(TRUE, FALSE), function(conditional) {
    found <- localmoran(x, listw, conditional = conditional)
    list(I = found[, 1], E = found[, 2], V = found[, 3], z = found[, 4], p = found[, 5])
  })
  list(name = name, x = x, neighbours = lapply(listw$neighbours, function(each) each - 1L), weights = listw$weights,
       g = as.numeric(localG(x, listw)), g_star = as.numeric(localG(x, starred)),
       moran = list(randomization = both[[1]], normality = both[[2]]),
       local_moran = list(conditional = local[[1]], total = local[[2]]))
}

places <- cbind(runif(40), runif(40))
near <- knn2nb(knearneigh(places, k = 5))
x <- round(rlnorm(40), 6)
inverse <- lapply(nbdists(near, places), function(d) round(1 / d, 9))
# include.self puts the unit in its sorted place.
with_self <- include.self(near)
inverse_self <- lapply(seq_along(near), function(i)
  ifelse(with_self[[i]] == i, max(inverse[[i]]), inverse[[i]][match(with_self[[i]], near[[i]])]))
grid <- cell2nb(6, 7)
y <- round(rlnorm(42, sdlog = 1.5), 6)
cases <- list(
  one("places, binary", x, nb2listw(near, style = "B"), nb2listw(include.self(near), style = "B")),
  one("places, row-standardised", x, nb2listw(near, style = "W"), nb2listw(include.self(near), style = "W")),
  one("places, inverse distance", x, nb2listw(near, glist = inverse, style = "B"),
      nb2listw(with_self, glist = inverse_self, style = "B")),
  one("grid, row-standardised", y, nb2listw(grid, style = "W"), nb2listw(include.self(grid), style = "W")))
program <- list(R = R.version.string, spdep = as.character(packageVersion("spdep")))
write(toJSON(list(program = program, cases = cases), digits = NA, auto_unbox = TRUE), commandArgs(TRUE)[1])
