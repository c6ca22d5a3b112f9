"""Write geodetector_programs.json: what two other programs find on a public data set.

Usage::

    pip install geodetector==0.2.0
    pip install --no-deps --target other py-geodetector==0.2.1   # both install a package named geodetector
    python tests/golden/make_geodetector.py other

The data are `disease.csv` of both packages: 185 units of the Heshun study of neural tube defects (Wang et al. 2010),
incidence by soil type, watershed and elevation class. The columns are written as whole numbers (incidence times 100),
so that a test needs neither package.

Conventions that differ, by reading both packages:

- geodetector 0.2.0 takes λ with SST/N, leaves out strata of one unit (and their units, from SST too), takes
  p = 1 − cdf, and its ecological p is two-sided with N − 1 degrees of freedom, as ours;
- py-geodetector 0.2.1 takes λ with SST/(N − 1) and keeps strata of one unit with variance 0. Its ecological detector
  only says whether a one-sided test is significant.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FACTORS = ["type", "region", "level"]

LVYAQIAO = """
import itertools, json
from geodetector import EcologicalDetector, FactorDetector, InteractionDetector, RiskDetector
from geodetector.dataset import load_disease
data = load_disease()
data.columns = [name.strip("\\ufeff") for name in data.columns]
factors, y = ["type", "region", "level"], data["incidence"]
detectors = [FactorDetector().fit(data[[name]], y) for name in factors]
risk = RiskDetector().fit(data[factors], y).risk_result_
found = {
    "data": {"incidence": [round(100 * v) for v in y]} | {name: data[name].tolist() for name in factors},
    "q": [each.q_value_ for each in detectors],
    "p": [each.p_value_ for each in detectors],
    "interaction": [each["q_12"] for each in InteractionDetector().fit(data[factors], y).pairs_],
    "risk_t": {name: risk[name]["t_stat"].tolist() for name in factors},
    "risk_p": {name: risk[name]["p_value"].tolist() for name in factors},
    "ecological_p": EcologicalDetector().fit(data[factors], y).eco_result_["p_value"].tolist(),
}
print(json.dumps(found))
"""

DJWEASY = """
import itertools, json, sys
sys.path.insert(0, sys.argv[1])
from geodetector import GeoDetector, load_example_data
data = load_example_data()
detector = GeoDetector(data, "incidence", ["type", "region", "level"])
table = detector.factor_detector()
pairs = itertools.combinations(["type", "region", "level"], 2)
found = {
    "q": table.loc["q statistic"].tolist(),
    "p": table.loc["p value"].tolist(),
    "interaction": [detector.interaction_detector(b, a) for a, b in pairs],
    "means": {name: each["risk"].tolist() for name, each in detector.risk_detector().items()},
}
print(json.dumps(found))
"""


def run(code: str, *arguments: str) -> dict[str, object]:
    """Run a program in a process of its own: both packages have one name."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code, *arguments], check=True, capture_output=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> None:
    """Write the file beside this script."""
    found = {"geodetector 0.2.0": run(LVYAQIAO), "py-geodetector 0.2.1": run(DJWEASY, sys.argv[1])}
    # One line per key.
    text = json.dumps(found).replace(', "', ',\n"')
    (HERE / "geodetector_programs.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
