import { line } from "../../advice/index.ts";
import { DEVICE } from "../../model/device.ts";
import { text, type Text } from "../../text/index.ts";
import { formerHomesOf, hangingOn } from "../checklist/leaver.ts";
import { findPeople, type Person } from "../checklist/people.ts";
import type { Section, Words } from "../../document/blocks.ts";
import { isNotTaken } from "./not-taken.ts";
import { factsOf, missingForChecklist, zoneOfReport, type ReportData } from "./data.ts";

/** Who leaves, by the manifest. */
export const leaverOf = (
  data: ReportData,
): { readonly leaver: Person; readonly leaves: string | undefined } | undefined => {
  const { leaver } = data.manifest;
  if (leaver === undefined) return undefined;
  const { person, leaves } = leaver;
  const [found] = findPeople(factsOf(data), person);
  return { leaver: found ?? { called: person, id: null, account: null, words: [person] }, leaves: leaves ?? undefined };
};

/** Who leaves and when, for the summary. */
export const leaverRows = (data: ReportData): readonly (readonly [Text, Words])[] => {
  const leaving = leaverOf(data);
  if (leaving === undefined) return [];
  const { leaver, leaves } = leaving;
  return [
    [text("who leaves", "退任者"), leaver.called],
    [text("last day", "最終日"), leaves ?? text("not said", "指定なし")],
  ];
};

/** What hangs on who leaves, in the order in which it is moved; no section where that was not said, or cannot be judged. */
export function leaverSection(data: ReportData): readonly Section[] {
  const leaving = leaverOf(data);
  if (leaving === undefined || missingForChecklist(data).length > 0) return [];
  const { leaver, leaves } = leaving;
  const notTaken = { devices: isNotTaken(data, "devices"), secured: isNotTaken(data, "secured-users") };
  const steps = hangingOn(factsOf(data), leaver, { timezone: zoneOfReport(data), notTaken });
  const person = data.manifest.leaver?.person ?? "";
  const more = line("handover checklist", [], { leaver: person });
  const transfer = line("handover transfer", [], { from: person, to: "PERSON", dryRun: true });
  const files = lookedUpIn(data);
  const who = leaves === undefined ? leaver.called : `${leaver.called} (${leaves})`;
  return [
    {
      id: "leaver",
      title: text(`What hangs on the leaver: ${who}`, `退任者に紐づくもの: ${who}`),
      blocks: [
        {
          kind: "table",
          caption: text("In the order in which it is moved", "引き継ぐ順"),
          head: [text("step", "手順"), text("what", "内容"), text("what to do", "対処")],
          rows: steps.map(({ step, what, mend }) => [String(step), what, mend]),
        },
        {
          kind: "paragraph",
          words: text(
            `What clomoctl can give to one successor at once, and what remains for people: ${transfer}`,
            `後任の 1 人にまとめて引き継げるものと、人が行う手順の確認: ${transfer}`,
          ),
        },
        ...formerHomesOf(factsOf(data), leaver).map((words) => ({ kind: "paragraph", words }) as const),
        ...(notTaken.devices && notTaken.secured
          ? []
          : [
              {
                kind: "paragraph",
                words: text(
                  `Devices and SECURED APPs of the person are told in the tenant by: ${more}${files.en}`,
                  `その人のデバイスや SECURED APPs の確認: ${more}${files.ja}`,
                ),
              } as const,
            ]),
      ],
    },
  ];
}

/** Where a person's devices are looked up without a tenant. */
const DEVICES = "csv/devices.csv";

const lookedUpIn = ({ manifest }: ReportData): Text => {
  if (!manifest.files.some(({ path }) => path === DEVICES)) return text("", "");
  const { header } = DEVICE.fields.owner.column;
  return text(
    `; devices also in the bundle: ${DEVICES}, by the mail address in its column 「${header}」`,
    `。デバイスは、同梱の ${DEVICES} の「${header}」の列でも確認できます`,
  );
};
