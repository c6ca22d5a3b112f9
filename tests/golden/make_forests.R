# Forests of R's randomForest on data sets that come with R: means and standard deviations over 40 seeds.
#
# Rscript tests/golden/make_forests.R, with the packages randomForest, MASS and jsonlite, writes forests_randomforest.json
# beside it. The data stand in the file as well, so that the tests need no R.
#
# Conventions: ntree 500, mtry max(p/3, 1), nodesize 5, sampling with replacement, importance = TRUE, one permutation.
# `scaled` is importance(type = 1); where its error is below the machine's epsilon randomForest divides by one.

suppressMessages(library(randomForest))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))

samples <- list(
  airquality = list(data = na.omit(airquality), value = "Ozone"),
  attitude = list(data = attitude, value = "rating"),
  mtcars = list(data = mtcars, value = "mpg"),
  stackloss = list(data = stackloss, value = "stack.loss"),
  swiss = list(data = swiss, value = "Fertility")
)

describe <- function(sample) {
  y <- sample$data[[sample$value]]
  x <- sample$data[setdiff(names(sample$data), sample$value)]
  runs <- lapply(1:40, function(seed) {
    set.seed(seed)
    forest <- randomForest(x, y, ntree = 500, importance = TRUE)
    list(
      oob_mse = forest$mse[500], oob_r2 = forest$rsq[500], oob_mse_50 = forest$mse[50],
      n_nodes = mean(forest$forest$ndbigtree),
      inc_mse = unname(importance(forest, type = 1, scale = FALSE)[, 1]),
      inc_mse_se = unname(forest$importanceSD),
      inc_mse_scaled = unname(importance(forest, type = 1)[, 1]),
      inc_node_purity = unname(importance(forest, type = 2)[, 1]),
      oob_prediction = unname(forest$predicted)
    )
  })
  over <- function(name, f) {
    table <- do.call(cbind, lapply(runs, function(run) run[[name]]))
    apply(table, 1, f)
  }
  names <- names(runs[[1]])
  list(
    columns = as.list(x), value = y,
    mean = setNames(lapply(names, over, mean), names),
    sd = setNames(lapply(names, over, sd), names)
  )
}

result <- list(
  program = paste("randomForest", packageVersion("randomForest"), "on", R.version.string),
  samples = lapply(samples, describe)
)
text <- jsonlite::toJSON(result, digits = 10, auto_unbox = FALSE)
writeLines(text, file.path(here, "forests_randomforest.json"))
