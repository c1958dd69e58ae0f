# 四不漏 Sibulou. Every target sets up what it needs itself; a second run finds it done.
# Options go through ARGS, for example: make demo ARGS="--port 8100"

SIBULOU := .venv/bin/python -m sibulou
ARGS ?=
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run drill bench soak test check mutants docs clean

help: ## 列出全部目标 · list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: ## 只做安装 · set up, and nothing else
	@tools/python tools/setup.py run

setup-dev:
	@tools/python tools/setup.py dev

demo: setup ## 演示县：启动后显示网址和账号 · the demonstration county, with its address and accounts
	@$(SIBULOU) demo $(ARGS)

run: setup ## 启动本县的服务 · serve the county
	@$(SIBULOU) run $(ARGS)

drill: setup ## 演练：埋入漏项，核对是否全部找到 · plant misses and see whether all are found
	@$(SIBULOU) drill --seed $(SEED) $(ARGS)

bench: setup ## 测速，与 PostgreSQL 原始数字并列 · measure, beside PostgreSQL's raw figures
	@$(SIBULOU) bench $(ARGS)

soak: setup ## 久测：五百台设备，断线、重发、进程被杀 · five hundred devices while things go wrong
	@$(SIBULOU) soak $(ARGS)

test: setup-dev ## 全部测试，三个进程并行 · all tests, three processes side by side
	@.venv/bin/python -m pytest -n 3 --dist loadfile $(ARGS)

check: setup-dev ## 全部检查 · all checks
	@.venv/bin/python tools/check.py $(ARGS)

mutants: setup-dev ## 逐处改动内核 SQL，看测试能否发现，需数小时 · change the kernel's SQL place by place: do tests notice? hours
	@PYTHONPATH=. .venv/bin/python tools/mutate_sql.py $(ARGS)

docs: setup ## 重写由程序生成的参考文档 · write the generated reference pages anew
	@$(SIBULOU) docs
	@.venv/bin/python tools/rules.py

clean: ## 删去安装和缓存，县里的数据留在 data/ · remove what was set up; the county's data stay in data/
	@tools/python tools/clean.py
