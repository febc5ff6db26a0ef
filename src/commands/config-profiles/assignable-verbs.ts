import { line } from "../../lib/advice/index.ts";
import type { ThingInFiles } from "../../lib/model/thing.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields } from "../field.ts";
import { OUTPUT_FILE_OPTION } from "../csv/file/text-format.ts";
import { writeOutput } from "../csv/file/output.ts";
import { buildFieldColumns, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { findByName, type NamedKind } from "../listing/single-match.ts";
import { findOrg } from "../orgs/find-org.ts";
import { defineRecordVerbs, type RecordNoun } from "../records/verbs.ts";

type AssignableRecord = Readonly<Record<"id" | "name" | "kind", string>>;

interface AssignableNoun extends Pick<RecordNoun<AssignableRecord>, "more"> {
  readonly noun: "config-profiles" | "apps";
  readonly thing: ThingInFiles;
  readonly single: Text;
  readonly filters?: Fields;
  readonly example: string;
  readonly file: string;
  readonly create: readonly string[];
}

const ASSIGNMENT_OPTIONS = {
  device: { kind: "string", value: "SERIAL", about: text("only those applied to SERIAL", "SERIAL に適用されるもの") },
  org: {
    kind: "string",
    value: "ORG",
    about: text("only those applied to all devices of ORG", "ORG の全デバイスに適用されるもの"),
  },
} as const;

export const defineAssignableVerbs = ({ noun, thing, single, filters, more, example, ...examples }: AssignableNoun) => {
  const columns = buildFieldColumns<AssignableRecord>(thing.fields);
  const layout = { columns, fields: thing.fields, called: ({ name }: AssignableRecord) => name };
  const argument = { kind: "string", required: true, about: text("ID or name", "ID・名前") } as const;
  const describe = ({ id, name }: AssignableRecord): string => `${name} ${id}`;
  const lookup: NamedKind<AssignableRecord> = { noun: single, list: line(`${noun} list`, []), describe };
  const list = defineCommand({
    summary: text(`list ${thing.title.en}`, `${thing.title.ja}を一覧する`),
    args: {},
    options: { ...ASSIGNMENT_OPTIONS, ...filters, limit: LIMIT_OPTION },
    examples: ["", " --org 本社/営業部", " --device SERIAL000001"].map((of) => ({
      line: `clomoctl ${noun} list${of}`,
    })),
    exits: ["not-found"],
    async run(tools, { device, org, ...others }) {
      const { client } = await tools.tenant(noun);
      const { findDevicesByName } = await import("../devices/columns.ts");
      const records = client[noun].list({
        ...(device !== undefined && { device: (await findDevicesByName(tools, [device]))[0]?.id }),
        ...(org !== undefined && { org: (await findOrg(tools, org)).id }),
        ...others,
      });
      await tools.terminal.list(listColumns(tools.terminal, columns, thing.usual), records, () => records.ndjson());
    },
  });
  const file = defineCommand({
    summary: text(`write the stored file of the ${single.en}`, `${single.ja}のファイルを書き出す`),
    args: { record: argument },
    options: { output: OUTPUT_FILE_OPTION },
    examples: [{ line: `clomoctl ${noun} file ${example} -o ${examples.file}` }],
    exits: ["not-found"],
    async run(tools, { record, output }) {
      const { [noun]: client } = (await tools.tenant(noun)).client;
      const { id } = await findByName(tools, client, record, lookup);
      await writeOutput(tools, output, await client.file(id), { held: false });
    },
  });
  const common = { noun, thing, layout, argument, lookup, more, createdBy: "name", changedElsewhere: [], imports: {} };
  const others = defineRecordVerbs<AssignableRecord>({
    ...common,
    examples: {
      create: examples.create,
      delete: [`${example} --confirm-deletions 1`],
      edit: [`${example} --org 全社 --memo '2026 年度から'`, `${example} --org '' --dry-run`],
      export: [`-o ${noun}-now.csv`],
      history: [example],
      import: [`${noun}/list.utf-8.crlf.csv --yes`],
      show: [example, `${example} --format json`],
      template: [`-o ${noun}-new.csv`],
    },
  });
  return { list, file, ...others };
};
