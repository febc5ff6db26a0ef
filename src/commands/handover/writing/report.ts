import { renderPage } from "../../../lib/document/page.ts";
import type { Manifest } from "../../../lib/handover/bundle/manifest.ts";
import type { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { findPeople, type KnownPerson, type Person } from "../../../lib/handover/checklist/people.ts";
import { buildBundleChecklist, buildManifestGaps, buildReport } from "../../../lib/handover/report/content.ts";
import { parseReportData, toHandoverFacts, type ReportData } from "../../../lib/handover/report/data.ts";
import type { Tools } from "../../tools.ts";
import { findMatchingUsers, requireSinglePerson } from "../leaver.ts";

const REPORT_PATH = "report.html";

interface TypedLeaver {
  readonly typed: string;
  readonly leaves: string | undefined;
}

/** Returns data with the leaver.  @throws `not-found` if nobody matches, `usage` if several people match */
export function addLeaver(
  data: ReportData,
  { typed, leaves }: TypedLeaver,
  users: readonly KnownPerson[] = [],
): { readonly data: ReportData; readonly person: Person } {
  const person = requireSinglePerson(findPeople(toHandoverFacts(data), typed, users), typed);
  const leaver = { person: person.account ?? person.words.at(-1) ?? typed, leaves: leaves ?? null };
  return { data: { ...data, manifest: { ...data.manifest, leaver } }, person };
}

/** Writes the report into a bundle.  @returns the manifest with the report, the leaver and the gaps */
export async function writeBundleReport(
  tools: Tools,
  writer: BundleWriter,
  {
    manifest,
    read,
    leaver,
  }: {
    readonly manifest: Manifest;
    /** contents of the files that the report is made from, by path */
    readonly read: ReadonlyMap<string, string>;
    readonly leaver?: TypedLeaver | undefined;
  },
): Promise<Manifest> {
  let data = parseReportData(manifest, read);
  let devices: readonly string[] = [];
  if (leaver !== undefined) {
    const { client } = await tools.tenant("users", "leavers");
    const found = addLeaver(data, leaver, await findMatchingUsers(client, leaver.typed));
    const { id } = found.person;
    const [dependents] = id === null ? [] : await client.leavers.dependents({ ids: [id] });
    devices = dependents?.devices.map(({ serialNumber }) => serialNumber) ?? [];
    ({ data } = found);
  }
  const { language } = manifest;
  const whole: Manifest = {
    ...data.manifest,
    files: [...manifest.files, { path: REPORT_PATH, records: null }],
    gaps: buildManifestGaps(buildBundleChecklist(data), language),
  };
  const file = await writer.file(REPORT_PATH);
  await file.write(renderPage(buildReport({ ...data, manifest: whole }, devices), language));
  await file.close();
  return whole;
}
