"""Made-up names from a short neutral list. Whoever bears one of them in life is not meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SURNAMES = "李王张杨陈刘赵黄周吴徐孙马朱胡普方施矣禄沙罗高林何郭段鲁龙钱董毛白尹郑许韩唐冯邓曹彭曾肖田潘袁蔡"
"""Common in the country first; 普, 方, 施, 矣, 禄, 沙, 龙 are common in Yi areas of central Yunnan."""
MEN = "建国华明强军平伟勇斌刚林文德福荣贵兴顺忠永光海云波杰涛鹏辉俊宏志成东春生正学家安宁泽宇浩然"
WOMEN = "秀英芳玉兰琼梅丽华珍凤仙美红艳芬燕霞萍云慧琴春香莲翠丹娟敏静雪晓婷月桂菊花雨欣怡佳梦诗"

_SURNAMES = np.array(list(SURNAMES))
_MEN = np.array(list(MEN))
_WOMEN = np.array(list(WOMEN))


def surnames(rng: np.random.Generator, count: int) -> NDArray[np.str_]:
    """So many surnames, the common ones more often."""
    weight = 1 / (np.arange(len(_SURNAMES)) + 6)
    return rng.choice(_SURNAMES, size=count, p=weight / weight.sum())


def names(rng: np.random.Generator, family: NDArray[np.str_], male: NDArray[np.bool_]) -> NDArray[np.str_]:
    """A full name for each surname: one character given in a fifth of the cases, else two."""
    count = len(family)
    first = np.where(male, rng.choice(_MEN, count), rng.choice(_WOMEN, count))
    second = np.where(male, rng.choice(_MEN, count), rng.choice(_WOMEN, count))
    second[rng.random(count) < 0.2] = ""
    return np.char.add(np.char.add(family, first), second)


def users(rng: np.random.Generator, count: int) -> list[str]:
    """Names of so many people of either sex."""
    listed: list[str] = names(rng, surnames(rng, count), rng.random(count) < 0.6).tolist()
    return listed
