// Both languages stand where they are used, so neither can be missing.

export const english = () => document.documentElement.lang.startsWith("en");

export const say = (zh, en) => (english() ? en : zh);

/** The five kinds of gap, worst first, in the order in which the server numbers them. */
export const KINDS = ["open", "silent", "off_roster", "overdue", "unowned"];

const KIND_WORDS = [
  ["缺口", "open"],
  ["失联", "silent"],
  ["未入册", "off the roster"],
  ["逾期", "overdue"],
  ["无人负责", "unowned"],
];

export const kindWord = (rank) => say(...KIND_WORDS[rank]);

export const MARK_WORDS = {
  area: ["本级职责", "its own duties"],
  groups: ["各组职责", "duties of its groups"],
  post: ["卡点", "post"],
  shift: ["班次", "shift"],
  branch: ["临时党支部", "temporary branch"],
  place: ["场所", "place"],
  institution: ["机构", "institution"],
  hidden: ["不可见的户和人", "households not shown"],
};
