// The sentences of the flow card, put beside the others.

import { WORDS } from "./words.js";

Object.assign(WORDS, {
  card_version: ["第 {version} 版，{at} 发布", "Version {version}, published {at}"],
  card_none: ["还没有流程卡。连上一次信号后再看。", "There is no flow card yet. Look again after the next exchange."],
  card_work: ["本岗已换用第 {version} 版", "We work by version {version}"],
  card_works: ["本岗用的就是这一版。", "This post works by this version."],
  card_told: ["已记下：第 {version} 版", "Noted: version {version}"],
});
