import { line, step } from "../../lib/advice/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { NOT_IMPORTED_NOTE, findMirrorGaps } from "../../lib/model/mirror.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitLines, limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { resolveOrgFilter } from "../orgs/find-org.ts";
import { DEVICE_COLUMNS, DEVICE_FILTERS } from "./columns.ts";
import { findUser } from "../users/columns.ts";

class EmptyListDetector {
  isEmpty = true;

  async *of<R>(records: AsyncIterable<R> | Iterable<R>): AsyncGenerator<R> {
    for await (const record of records) {
      this.isEmpty = false;
      yield record;
    }
  }
}

/** Reports that a mirror does not show devices because no export of devices has been imported from the console yet. */
async function noteMissingConsoleImport(tools: Tools): Promise<void> {
  const { client } = await tools.tenant("tenant");
  if (!findMirrorGaps(await client.tenant.show()).devices) return;
  const command = line("devices import", ["FILE"], { fromConsole: true });
  await tools.terminal.note(
    step(
      `devices: ${NOT_IMPORTED_NOTE.en}; to import them`,
      `デバイス: ${NOT_IMPORTED_NOTE.ja}。取り込むには`,
      command,
    ),
  );
}

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  args: {},
  options: {
    ...DEVICE_FILTERS,
    owner: {
      kind: "string",
      value: "USER",
      about: text("only the devices of this user", "このユーザーが所有するデバイスに絞り込む"),
    },
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --filter-id SERIAL --format json" },
    { line: "clomoctl devices list --org 本社/営業部 --status 管理中 --platform iOS" },
    { line: "clomoctl devices list --owner hanako.yamazaki@example.jp" },
    { line: "clomoctl devices list --tag 貸出用" },
    { line: "clomoctl devices list --format csv --fields serialNumber,owner,status" },
  ],
  exits: ["not-found"],
  async run(tools, { org, direct, owner, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    const query = {
      ...filters,
      ...(await resolveOrgFilter(tools, { org, direct })),
      ...(owner !== undefined && {
        owner: (await findUser((await tools.tenant("users")).client, owner, tools.globals.as)).id,
      }),
    };
    const devices = client.devices.list(query);
    const columns = listColumns(terminal, DEVICE_COLUMNS, DEVICE.usual);
    const seen = new EmptyListDetector();
    await terminal.list(columns, seen.of(limitRecords(devices, limit)), () => limitLines(devices.ndjson(), limit));
    if (terminal.onTerminal && seen.isEmpty) await noteMissingConsoleImport(tools);
  },
});
