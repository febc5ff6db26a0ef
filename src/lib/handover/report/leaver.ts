import { line } from "../../advice/index.ts";
import { DEVICE } from "../../model/device.ts";
import { text, type Text } from "../../text/index.ts";
import { buildHandoverSteps } from "../checklist/leaver.ts";
import { findPeople, type Person } from "../checklist/people.ts";
import type { Section, DisplayText } from "../../document/blocks.ts";
import { isNotImported } from "./not-taken.ts";
import { toHandoverFacts, listMissingChecklistResources, resolveReportZone, type ReportData } from "./data.ts";

/** Returns the leaver and their last day from the manifest; undefined if the manifest does not name a leaver. */
export const findLeaver = (
  data: ReportData,
): { readonly leaver: Person; readonly leaves: string | undefined } | undefined => {
  const { leaver } = data.manifest;
  if (leaver === undefined) return undefined;
  const { person, leaves } = leaver;
  const [found] = findPeople(toHandoverFacts(data), person);
  return { leaver: found ?? { called: person, id: null, account: null, words: [person] }, leaves: leaves ?? undefined };
};

/** Builds the rows of the summary with the leaver and their last day; no rows if no leaver is named. */
export const buildLeaverRows = (data: ReportData): readonly (readonly [Text, DisplayText])[] => {
  const leaving = findLeaver(data);
  if (leaving === undefined) return [];
  const { leaver, leaves } = leaving;
  return [
    [text("leaver", "退職者"), leaver.called],
    [text("last day", "最終日"), leaves ?? text("not specified", "指定なし")],
  ];
};

/**
 * Builds the section on what depends on the leaver, in the order of the handover; no section if no leaver is named, or
 * if the bundle lacks resources that the checklist requires.
 */
export function buildLeaverSections(data: ReportData): readonly Section[] {
  const leaving = findLeaver(data);
  if (leaving === undefined || listMissingChecklistResources(data).length > 0) return [];
  const { leaver, leaves } = leaving;
  const notTaken = { devices: isNotImported(data, "devices"), secured: isNotImported(data, "secured-users") };
  const steps = buildHandoverSteps(toHandoverFacts(data), leaver, { timezone: resolveReportZone(data), notTaken });
  const person = data.manifest.leaver?.person ?? "";
  const more = line("handover checklist", [], { leaver: person });
  const transfer = line("handover transfer", [], { from: person, to: "PERSON", dryRun: true });
  const files = describeDeviceLookup(data);
  const who = leaves === undefined ? leaver.called : `${leaver.called} (${leaves})`;
  return [
    {
      id: "leaver",
      title: text(`What depends on the leaver: ${who}`, `退職者に紐づくもの: ${who}`),
      blocks: [
        {
          kind: "table",
          caption: text("In the order of the handover", "引き継ぐ順"),
          head: [text("step", "手順"), text("responsibility", "内容"), text("what to do", "対処")],
          rows: steps.map(({ step, what, mend }) => [String(step), what, mend]),
        },
        {
          kind: "paragraph",
          words: text(
            `To see what clomoctl can transfer to one successor, and which steps must be done manually: ${transfer}`,
            `後任の 1 人にまとめて引き継げるものと、手作業が必要な手順の確認: ${transfer}`,
          ),
        },
        ...(notTaken.devices && notTaken.secured
          ? []
          : [
              {
                kind: "paragraph",
                words: text(
                  `To see the person's devices and SECURED APPs in the tenant: ${more}${files.en}`,
                  `その人のデバイスや SECURED APPs の確認: ${more}${files.ja}`,
                ),
              } as const,
            ]),
      ],
    },
  ];
}

/** The file in which a person's devices can be looked up without a tenant. */
const DEVICES_FILE = "csv/devices.csv";

const describeDeviceLookup = ({ manifest }: ReportData): Text => {
  if (!manifest.files.some(({ path }) => path === DEVICES_FILE)) return text("", "");
  const { header } = DEVICE.fields.owner.column;
  return text(
    `; the bundle also lists the devices: search ${DEVICES_FILE} for the email address in the column 「${header}」`,
    `。デバイスは、同梱の ${DEVICES_FILE} の「${header}」の列でも確認できます`,
  );
};
