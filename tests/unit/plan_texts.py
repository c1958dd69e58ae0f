"""The least plan there is, which tests of plans begin from and change."""

from __future__ import annotations

from sibulou.duty.plan import Plan, load_plan

SCOPES = {
    "areas.county": "area",
    "areas.townships": "area",
    "areas.villages": "area",
    "areas.groups": "area",
    "areas.units": "area",
    "households": "household",
    "people": "person",
    "people.watched": "person",
    "people.released": "person",
    "people.elders": "person",
    "people.duplicated": "person",
    "posts": "post",
    "posts.open": "post",
    "posts.gates": "post",
    "posts.unled": "post",
    "branches": "branch",
    "posts.unrostered": "post",
    "posts.shifts": "shift",
    "posts.shifts_ending": "shift",
    "places.public": "place",
    "places.stores": "place",
    "institutions.clinics": "institution",
    "institutions.pharmacies": "institution",
    "institutions.firms": "institution",
}

MINIMAL = """\
plan: flood
version: 1
title: {zh: 防汛预案, en: flood plan}
disease: {zh: 洪水, en: flood}
source: a county's practice
zone: Asia/Shanghai
quiet: {from: "22:00", until: "06:30"}
levels:
  - {key: I, title: {zh: 一级, en: level one}}
  - {key: II, title: {zh: 二级, en: level two}}
values: {deep: 1.5, days: 7}
lists: {rivers: [green, red]}
classes:
  - {key: home, title: {zh: 居家, en: at home}, days: days}
reasons:
  - {key: away, title: {zh: 外出, en: away}}
ladders:
  county:
    - {role: county_duty}
  village:
    - {role: village_secretary}
    - {role: township_duty, after: 1 hour}
    - {continue: county, after: 2 hours}
cutoffs: {village: "16:00", township: "17:00", county: "18:00"}
forms:
  - key: check
    title: {zh: 入户, en: check}
    subject: household
    why: {zh: 转移, en: to move people}
    fields:
      - {key: depth, title: {zh: 水深, en: depth}, type: number, min: 0, max: 9, required: true}
      - {key: river, title: {zh: 河, en: river}, type: choice, choices: [{key: green, title: {zh: 绿, en: green}}]}
      - {key: note, title: {zh: 备注, en: note}, type: text, show_when: record.depth > 0}
  - key: moved
    title: {zh: 转移, en: moved}
    subject: person
    why: {zh: 转移, en: to move people}
    fields:
      - {key: to, title: {zh: 去处, en: place}, type: area}
duties:
  - key: household.recheck
    article: [S38]
    front: screening
    title: {zh: 复查, en: check again}
    why: {zh: 看, en: to see}
    scope: households
    owner: group_head
    cadence: {every: {days: 3}}
    clocks: {warn: 2 days, due: 3 days, tell: 4 days}
    at_levels:
      I: true
      II: {cadence: {every: {days: 7}}, clocks: {warn: 6 days, due: 7 days, tell: 8 days}}
    closers:
      - {form: check, when: record.depth < values.deep}
    ladder: village
    waiver: {reasons: [away]}
  - key: household.moved
    article: [S45]
    front: control
    title: {zh: 转移, en: move}
    why: {zh: 看, en: to see}
    scope: households
    owner: group_head
    cadence: {event: {}}
    clocks: {warn: "0", due: 1 hour, tell: 2 hours}
    closers:
      - {form: check, answers: true}
    gap: open
    ladder: village
    rings_at_night: true
rules:
  - key: deep_water
    article: [S45]
    on: [check]
    when: record.depth >= values.deep
    open: {duty: household.moved, for: subject}
  - key: stay
    article: [S44]
    on: [moved]
    watch: {class: home, days: days}
guards:
  - {key: home, title: {zh: 包保, en: guard}, class: home, roles: [{role: guard, min: 1, required: true}]}
reports:
  - key: day
    title: {zh: 日报, en: day}
    level: village
    lines:
      - {key: checks, title: {zh: 入户, en: checks}, count: {form: check}}
"""


def load(text: str) -> Plan:
    return load_plan(text, file="flood.yaml", scopes=SCOPES)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
