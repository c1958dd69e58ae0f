"""Supplies (S14, S52): the board, a place with its book, and moving, signing, counting on a phone."""

from __future__ import annotations

from django.urls import URLPattern, path

from sibulou.web.pages.stock.board import board
from sibulou.web.pages.stock.deeds import deed
from sibulou.web.pages.stock.donations import donated
from sibulou.web.pages.stock.place import place
from sibulou.web.pages.stock.receipts import receipt

urlpatterns: list[URLPattern] = [
    path("stock/", board),
    path("stock/donations/", donated),
    path("stock/<int:number>/", place),
    path("stock/<int:number>/<slug:wanted>/", deed),
    path("stock/<int:number>/receipts/<uuid:notice>/", receipt),
]
