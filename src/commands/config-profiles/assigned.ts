import { buffer } from "node:stream/consumers";
import { line } from "../../lib/advice/index.ts";
import type { ThingInFiles } from "../../lib/model/thing.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields } from "../field.ts";
import { OUTPUT_FILE_OPTION } from "../csv/file/output.ts";
import { buildFieldColumns, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { findByName, type NamedKind } from "../listing/single-match.ts";
import { findOrg } from "../orgs/find-org.ts";
import { defineRecordVerbs, type RecordNoun } from "../records/verbs.ts";

type Assigned = Readonly<Record<"id" | "name" | "kind", string>>;

interface AssignedNoun extends Pick<RecordNoun<Assigned>, "more"> {
  readonly single: Text;
  readonly filters?: Fields;
  readonly examples: RecordNoun<Assigned>["examples"] & Readonly<Record<"file" | "list", readonly string[]>>;
}

/** Defines the verbs of records that are assigned to organisations and devices. */
export const defineAssignedVerbs = (
  noun: "config-profiles" | "apps",
  thing: ThingInFiles,
  { single, filters, examples, more }: AssignedNoun,
) => {
  const columns = buildFieldColumns<Assigned>(thing.fields);
  const argument = { kind: "string", required: true, about: text("ID or name", "ID・名前") } as const;
  const lookup: NamedKind<Assigned> = {
    noun: single,
    list: line(`${noun} list`, []),
    describe: (of) => `${of.name} ${of.id}`,
  };
  const list = defineCommand({
    summary: text(`list ${thing.title.en}`, `${thing.title.ja}を一覧する`),
    args: {},
    options: {
      device: {
        kind: "string",
        value: "SERIAL",
        about: text("only those of this device", "このデバイスに適用されるもの"),
      },
      org: { kind: "string", value: "ORG", about: text("only those of this organisation", "この組織に適用されるもの") },
      ...filters,
      limit: LIMIT_OPTION,
    },
    examples: examples.list.map((words) => ({ line: `clomoctl ${noun} list ${words}`.trim() })),
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
    summary: text(`write the file of a ${single.en}`, `${single.ja}のファイルを書き出す`),
    args: { record: argument },
    options: { output: { ...OUTPUT_FILE_OPTION, required: true } },
    examples: examples.file.map((words) => ({ line: `clomoctl ${noun} file ${words}` })),
    exits: ["not-found"],
    async run(tools, { record, output }) {
      const { [noun]: client } = (await tools.tenant(noun)).client;
      const { id } = await findByName(tools, client, record, lookup);
      await tools.outputs.write(output, await buffer(await client.file(id)));
    },
  });
  const layout = { columns, fields: thing.fields, called: ({ name }: Assigned) => name };
  const common = { createdBy: "name", changedElsewhere: [], imports: {} } as const;
  return {
    list,
    file,
    ...defineRecordVerbs<Assigned>({ ...common, examples, more, noun, thing, layout, argument, lookup }),
  };
};
