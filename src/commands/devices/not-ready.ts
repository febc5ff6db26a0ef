import { commandName, line } from "../../lib/advice/index.ts";
import type { NotReadyDevice } from "../../lib/client/index.ts";
import { LACKS, NOT_READY, type Lack } from "../../lib/model/device.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { firstOf, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";

/** Help on the devices that are not ready. */
export const NOT_READY_DETAILS = [
  text(
    `--not-ready goes by ${commandName("tenant set")} --android-accounts: with google-play an Android device of every mode but Dedicated needs a user who owns it and has a CLOMO account, with workspace one who has a Google Workspace address; in Fully Managed each device an account of its own. iOS and Windows need none, nor, which is ours, does macOS. That a device needs an owner before its set-up is ours, too.`,
    `--not-ready は ${commandName("tenant set")} --android-accounts の設定に従います。google-play では、Dedicated device モード以外の Android デバイスに、CLOMO アカウントのある所有者(ユーザー)が必要です。workspace では Google Workspace メールアドレスのある所有者が必要です。Fully Managed ではデバイスごとに専用のアカウントが必要です。iOS と Windows には不要です(macOS に不要とするのと、セットアップの前に所有者を必要とするのは clomoctl 独自の規則)。`,
  ),
];

/** The command that mends what a device lacks. */
const mending: Readonly<Record<Lack, (device: NotReadyDevice) => string>> = {
  owner: ({ serialNumber, id }) => line("devices set-owner", [typableName(serialNumber, id)], { user: "USER" }),
  account: ({ owner }) =>
    line("users edit", [typableName(owner?.email ?? "", owner?.id ?? "")], { accountName: "NAME" }),
  "workspace-address": ({ owner }) =>
    line("users edit", [typableName(owner?.email ?? "", owner?.id ?? "")], { googleWorkspaceEmail: "ADDRESS" }),
  "own-account": ({ serialNumber, id }) => line("devices set-owner", [typableName(serialNumber, id)], { user: "USER" }),
};

const lacksOf = ({ lacks }: NotReadyDevice): readonly Lack[] => lacks as readonly Lack[];

const named = (device: NotReadyDevice): Text => {
  const all = lacksOf(device).map((lack) => LACKS[lack]);
  return text(all.map(({ en }) => en).join(", "), all.map(({ ja }) => ja).join("、"));
};

const COLUMNS: readonly Column<NotReadyDevice>[] = [
  ...columnsOfFields<NotReadyDevice>(NOT_READY).map((column) =>
    column.key === "lacks" ? { ...column, name: named } : column,
  ),
  {
    key: "mend",
    header: text("how to mend it", "対処"),
    wraps: true,
    value: (device) => lacksOf(device).map((lack) => mending[lack](device)),
  },
];

const UNKNOWN = text(
  `where the accounts of Android devices come from is not recorded: only devices that share one are shown; record it: ${line("tenant set", [], { androidAccounts: "google-play" })} (or workspace, or none)`,
  `Android のアカウントの種類が登録されていないため、アカウントを共用するデバイスだけを表示します。登録するには: ${line("tenant set", [], { androidAccounts: "google-play" })}(または workspace、none)`,
);

/** Lists devices that are not ready, with what each lacks and the commands that mend it. */
export async function listNotReady(
  tools: Tools,
  devices: AsyncIterable<NotReadyDevice>,
  limit: number | undefined,
): Promise<void> {
  const { client } = await tools.tenant("tenant");
  const { profile } = await client.tenant.show();
  if ((profile?.androidAccounts ?? null) === null) await tools.terminal.note(UNKNOWN);
  const columns = listColumns(tools.terminal, COLUMNS, ["serialNumber", "androidMode", "owner", "lacks", "mend"]);
  await tools.terminal.list(columns, firstOf(devices, limit));
}
