"""Answers of scipy, statsmodels and GrowthBook's gbstats for the cases on standard input, as JSON."""
import json
import math
import sys
import warnings

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


class TwoPass(SampleMeanStatistic):
    """gbstats' tests over numpy's variance, where gbstats' own, out of sums of squares, has no digits left: large means."""

    @property
    def variance(self):
        return float(np.var(self.values, ddof=1))


class TwoPassRatio(RatioStatistic):
    @property
    def covariance(self):
        return float(np.cov(self.m_statistic.values, self.d_statistic.values)[0, 1])


def mean(x, kind=SampleMeanStatistic):
    statistic = kind(n=len(x), sum=x.sum(), sum_squares=(x * x).sum())
    if kind is TwoPass:
        statistic.values = x
    return statistic


class Linear(SampleMeanStatistic):
    """gbstats has no CUPED of ratios: its tests over each user's own value, relative to what the ratio was before."""

    @property
    def unadjusted_mean(self):
        return self.unadjusted


def statistic(case, side):
    if case["kind"] == "cuped ratio":
        y, x = arrays(case, side)[:2]
        of_user = mean(linear(case)["ab".index(side)], Linear)
        of_user.unadjusted = y.sum() / x.sum()
        return of_user
    y, x = (*arrays(case, side), None)[:2]
    if case["kind"] == "proportion":
        return ProportionStatistic(n=len(y), sum=y.sum())
    if case["kind"] == "cuped":
        return RegressionAdjustedStatistic(
            n=len(y), post_statistic=mean(y), pre_statistic=mean(x), post_pre_sum_of_products=(x * y).sum(), theta=0
        )
    sample, ratio = (TwoPass, TwoPassRatio) if case["large"] else (SampleMeanStatistic, RatioStatistic)
    if case["kind"] == "mean":
        return mean(y, sample)
    return ratio(n=len(y), m_statistic=mean(y, sample), d_statistic=mean(x, sample), m_d_sum_of_products=(x * y).sum())


def arrays(case, side):
    return tuple(np.array(variable, float) for variable in case[side])


def tests(case, relative):
    """Sets theta itself for regression-adjusted statistics, once for each test: the statistics must be fresh."""
    common = {"difference_type": relative, "alpha": case["alpha"]}
    yield TwoSidedTTest(statistic(case, "a"), statistic(case, "b"), FrequentistConfig(**common))
    sequential = SequentialConfig(**common, sequential_tuning_parameter=case["tuning"])
    yield SequentialTwoSidedTTest(statistic(case, "a"), statistic(case, "b"), sequential)


def growthbook(case):
    if case["large"] and case["kind"] == "cuped":
        return None
    out = {}
    for relative in ("absolute", "relative"):
        fixed, sequential = tests(case, relative)
        out[relative] = [fixed.point_estimate, *fixed.confidence_interval, fixed.p_value,
                         *sequential.confidence_interval, sequential.p_value]
    return {name: [float(v) for v in values] for name, values in out.items()}


def linear(case):
    """Each user's own value whose plain mean and variance are the metric's: the delta method and CUPED, written out by user."""
    a, b = arrays(case, "a"), arrays(case, "b")
    if case["kind"] == "mean":
        return a[0], b[0]
    if case["kind"] == "ratio":
        return of_ratio(*a[:2]), of_ratio(*b[:2])
    both = [np.concatenate(variable) for variable in zip(a, b)]
    if case["kind"] == "cuped":
        theta = stats.linregress(both[1], both[0]).slope
        return a[0] - theta * a[1], b[0] - theta * b[1]
    if any(side[3].sum() == 0 for side in (a, b)):
        return of_ratio(*a[:2]), of_ratio(*b[:2])
    theta = stats.linregress(of_ratio(*both[2:]), of_ratio(*both[:2])).slope
    return tuple(of_ratio(*side[:2]) - theta * of_ratio(*side[2:]) for side in (a, b))


def of_ratio(y, x):
    return y.sum() / x.sum() + (y - y.sum() / x.sum() * x) / x.mean()


def others(case):
    if case["kind"] == "proportion":
        return None
    a, b = linear(case)
    alpha = case["alpha"]
    t = stats.ttest_ind(b, a, equal_var=False)
    ci = t.confidence_interval(1 - alpha)
    sm = CompareMeans(DescrStatsW(b), DescrStatsW(a))
    return {
        "scipy": [float(t.pvalue), float(ci.low), float(ci.high)],
        "statsmodels": [float(sm.ttest_ind(usevar="unequal")[1]), *map(float, sm.tconfint_diff(alpha, usevar="unequal"))],
        "own": [float(v) for v in DescrStatsW(a).tconfint_mean(alpha)],
    }


def refused(case):
    """Whether the references have a finite interval either."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        t = stats.ttest_ind(arrays(case, "b")[0], arrays(case, "a")[0], equal_var=False)
        ci = t.confidence_interval(0.95)
    return {"scipy": all(map(math.isfinite, (ci.low, ci.high))), "gbstats": growthbook_says(case)}


def growthbook_says(case):
    try:
        return next(tests(case, case["difference"])).compute_result().error_message
    except ZeroDivisionError:
        return "ZERO_DIVISION"


def ratio(case):
    users, weights = np.array(case["users"], float), np.array(case["weights"], float)
    return [float(stats.chisquare(users, users.sum() * weights / weights.sum()).pvalue), float(check_srm(case["users"], case["weights"]))]


cases = json.load(sys.stdin)
json.dump({
    "growthbook": [growthbook(case) for case in cases["compared"]],
    "others": [others(case) for case in cases["compared"]],
    "refused": [refused(case) for case in cases["refused"]],
    "ratios": [ratio(case) for case in cases["ratios"]],
}, sys.stdout)
