// The codes on doors and at posts: `<address>/q/530499-1234-56`: the county's six digits, the subject's number, and two check
// digits over both (ISO 7064, MOD 97-10), so that a digit typed wrong or two changed about are noticed.

const PATTERN = /^(?:.*\/q\/)?(\d{6})-(\d{1,15})-(\d{2})\/?(?:[?#].*)?$/;
const INVITATION = /^(?:(.+)\/m\/#invite=)(.+)$/;
const SHEET = /^.+\/paper\/[^/]+\/?$/;
const SHORT = /^(\d{1,15})-?(\d{2})$/;

/** The two check digits of a number. */
export function checkOf(county, number) {
  return String(98 - Number((BigInt(`${county}${number}`) * 100n) % 97n)).padStart(2, "0");
}

export const countyOf = (area) => String(area).slice(0, 6);

/** What is printed under the code and may be typed: 1234-56. */
export const codeOf = (subject) => `${subject.id}-${checkOf(countyOf(subject.area), subject.id)}`;

/**
 * What a scanned or typed code says, for a device of `county`: `{subject}`, or `{fault}`: "no_code", "other_county",
 * "mistyped", "invitation" for one that lets a new device in, or "sheet" for one of paper.
 */
export function readCode(text, county) {
  const bare = text.trim().replace(/[\s－—]/g, (sign) => (sign.trim() ? "-" : ""));
  if (INVITATION.test(bare)) return { fault: "invitation" };
  if (SHEET.test(bare)) return { fault: "sheet" };
  const whole = PATTERN.exec(bare);
  const [, number, check] = SHORT.exec(bare) ?? [];
  const found = whole ? { county: whole[1], number: whole[2], check: whole[3] } : number && { county, number, check };
  if (!found) return { fault: "no_code" };
  if (checkOf(found.county, found.number) !== found.check) return { fault: "mistyped" };
  if (found.county !== county) return { fault: "other_county" };
  return { subject: String(Number(found.number)) };
}

/** What a code before a device that is not enrolled says: `{invitation}`, or `{fault}`: "no_invitation" or "other_server". */
export function readInvitation(text, origin) {
  const [, address, code] = INVITATION.exec(text.trim()) ?? [];
  if (!code) return { fault: "no_invitation" };
  return address === origin ? { invitation: decodeURIComponent(code) } : { fault: "other_server" };
}
