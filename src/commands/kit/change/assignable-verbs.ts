import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { defineOption, type Fields } from "../field.ts";
import { OUTPUT_FILE_OPTION } from "../files/text-format.ts";
import { writeOutput } from "../files/outputs.ts";
import { findByName } from "../list/single-match.ts";
import { findOrg } from "./find-org.ts";
import { buildLookup, defineListVerb, defineRecordVerbs, type RecordNoun } from "./verbs.ts";

type AssignableRecord = Readonly<Record<"id" | "name" | "kind", string>>;

interface AssignableNoun extends Pick<RecordNoun<AssignableRecord>, "more"> {
  readonly thing: RecordNoun<AssignableRecord>["thing"] & { readonly collection: "config-profiles" | "apps" };
  readonly filters?: Fields;
  readonly example: string;
  readonly file: string;
  readonly create: readonly string[];
}

const ASSIGNMENT_OPTIONS = {
  device: { kind: "string", value: "SERIAL", about: text("only those applied to SERIAL", "SERIAL に適用されるもの") },
  org: defineOption("string", "ORG", "only those applied to all devices of ORG", "ORG の全デバイスに適用されるもの"),
} as const;

export const defineAssignableVerbs = ({ thing, filters, more, example, ...examples }: AssignableNoun) => {
  const { collection: noun, single } = thing;
  const argument = { kind: "string", required: true, about: text("ID or name", "ID・名前") } as const;
  const list = defineListVerb({
    thing,
    filters: { ...ASSIGNMENT_OPTIONS, ...filters },
    async query(tools, { device, org, ...others }) {
      const { findDevicesByName } = await import("../columns/devices.ts");
      return {
        ...(typeof device === "string" && { device: (await findDevicesByName(tools, [device]))[0]?.id }),
        ...(typeof org === "string" && { org: (await findOrg(tools, org)).id }),
        ...others,
      };
    },
    examples: { list: ["", "--org 本社/営業部", "--device SERIAL000001"] },
  });
  const file = defineCommand({
    summary: text(`write the stored file of the ${single.en}`, `${single.ja}のファイルを書き出す`),
    args: { record: argument },
    options: { output: OUTPUT_FILE_OPTION },
    examples: [{ line: `clomoctl ${noun} file ${example} -o ${examples.file}` }],
    exits: ["not-found"],
    async run(tools, { record, output }) {
      const { [noun]: client } = (await tools.tenant(noun)).client;
      const { id } = await findByName<AssignableRecord>(tools, client, record, buildLookup(thing));
      await writeOutput(tools, output, await client.file(id), { held: false });
    },
  });
  const others = defineRecordVerbs<AssignableRecord>({
    thing,
    argument,
    more,
    createdBy: "name",
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
