"""Answers of scipy, statsmodels and GrowthBook's gbstats for the cases on standard input, as JSON."""
import json
import sys

import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW


def mean(x):
    return SampleMeanStatistic(n=len(x), sum=x.sum(), sum_squares=(x * x).sum())


def statistic(kind, group):
    y, x = np.array(group["value"], float), np.array(group["other"], float)
    if kind == "mean":
        return mean(y)
    if kind == "proportion":
        return ProportionStatistic(n=len(y), sum=y.sum())
    if kind == "ratio":
        return RatioStatistic(n=len(y), m_statistic=mean(y), d_statistic=mean(x), m_d_sum_of_products=(x * y).sum())
    return RegressionAdjustedStatistic(
        n=len(y), post_statistic=mean(y), pre_statistic=mean(x), post_pre_sum_of_products=(x * y).sum(), theta=0
    )


def growthbook(case):
    a, b = (statistic(case["kind"], case[side]) for side in ("a", "b"))
    if case["kind"] == "cuped":
        a.theta = b.theta = compute_theta(a, b)
    out = {}
    for relative in ("absolute", "relative"):
        fixed = TwoSidedTTest(a, b, FrequentistConfig(difference_type=relative))
        sequential = SequentialTwoSidedTTest(a, b, SequentialConfig(difference_type=relative, sequential_tuning_parameter=case["tuning"]))
        out[relative] = [fixed.point_estimate, *fixed.confidence_interval, fixed.p_value,
                         *sequential.confidence_interval, sequential.p_value]
    return {name: [float(v) for v in values] for name, values in out.items()}


def others(case):
    a, b = (np.array(case[side]["value"], float) for side in ("a", "b"))
    t = stats.ttest_ind(b, a, equal_var=False)
    ci = t.confidence_interval(0.95)
    sm = CompareMeans(DescrStatsW(b), DescrStatsW(a))
    return {
        "scipy": [float(t.pvalue), float(ci.low), float(ci.high)],
        "statsmodels": [float(sm.ttest_ind(usevar="unequal")[1]), *map(float, sm.tconfint_diff(usevar="unequal"))],
        "own": [float(v) for v in DescrStatsW(a).tconfint_mean()],
    }


def ratio(case):
    users, weights = np.array(case["users"], float), np.array(case["weights"], float)
    return [float(stats.chisquare(users, users.sum() * weights / weights.sum()).pvalue), float(check_srm(case["users"], case["weights"]))]


cases = json.load(sys.stdin)
json.dump({
    "growthbook": [growthbook(case) for case in cases["compared"]],
    "others": [others(case) if case["kind"] == "mean" else None for case in cases["compared"]],
    "ratios": [ratio(case) for case in cases["ratios"]],
}, sys.stdout)
