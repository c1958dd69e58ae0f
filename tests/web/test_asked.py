"""What an address asks for and means nothing is refused in a sentence, and never taken for something else."""

from __future__ import annotations

import pytest

from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("county_duty", "/people/{person}/?before=zz"),
        ("county_duty", "/refusals/?outcome=zz"),
        ("county_duty", "/people/new/?area=zz"),
        ("auditor", "/audit/?before=zz"),
    ],
)
def test_a_choice_that_means_nothing_is_said_to_be_one(scene: Scene, signed_in, role: str, address: str):
    answer = signed_in(scene.inside(role)).get(address.format(person=scene.world.yang_zhiqiang.pk))
    assert (answer.status_code, "无法识别" in words(answer)) == (400, True)
