// Reads {forms, cases, conditions} as JSON and writes how the device judges them: what test_conditions.py compares.
import { readFileSync } from "node:fs";

const at = (name) => import(`../../sibulou/web/static/field/${name}.js`);
const cel = await at("cel");
const { drafts, judge, unusual, variables } = await at("answers");

const { forms, cases, conditions, fills } = JSON.parse(readFileSync(0, "utf8"));
await cel.ready();
process.stdout.write(
  JSON.stringify({
    cases: cases.map(({ form, content }) => {
      const judged = judge(forms[form], content);
      return { ...judged, unusual: unusual(forms[form], judged.content) };
    }),
    conditions: conditions.map(({ form, when, record, context }) => cel.holds(when, variables(forms[form], record, context))),
    fills: fills.map(({ form, context }) => drafts(forms[form], context)),
  }),
);
