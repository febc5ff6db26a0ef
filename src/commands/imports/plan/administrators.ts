import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Administrators, Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { loadRights } from "../../rights.ts";
import type { Tools } from "../../tools.ts";
import { USER_LOOKUP } from "../../users/columns.ts";

type AdministratorKind = Administrators["kind"];

/** Returns the kind of an import if its records can be administrators; otherwise undefined. */
const getAdministratorKind = ({ kind }: Import): AdministratorKind | undefined =>
  FORMATS[kind].thing.protects === undefined ? undefined : (kind as AdministratorKind);

const buildAddCommand = (kind: AdministratorKind): CommandLine =>
  kind === "users"
    ? line("users administrators add", ["USER…"])
    : line("secured administrators add", ["USER…"], { app: kind });

const buildNoneCommand = (kind: AdministratorKind): CommandLine =>
  kind === "users"
    ? line("users administrators add", [], { none: true })
    : line("secured administrators add", [], { app: kind, none: true });

/**
 * Returns the kind of a plan's records if the plan is for a mirror, or creates a mirror, and the administrators of the
 * mirror are not confirmed yet. Recorded roles do not confirm them, because the console may have further
 * administrators.
 */
async function findUnconfirmedKind(tools: Tools, plan: Import): Promise<AdministratorKind | undefined> {
  const kind = getAdministratorKind(plan);
  const fromConsole = plan.request?.fromConsole === true;
  if (kind === undefined && !fromConsole) return undefined;
  const { client } = await tools.tenant("tenant");
  const { mirroredAt, administratorsKnown } = await client.tenant.show();
  if (kind === undefined) return undefined;
  const isMirror = mirroredAt !== null || fromConsole;
  return isMirror && !administratorsKnown.includes(kind) ? kind : undefined;
}

interface MissingConfirmation {
  readonly what: Text;
  readonly hint: Text;
}

async function describeMissingConfirmation(tools: Tools, kind: AdministratorKind): Promise<MissingConfirmation> {
  const { client, context } = await tools.tenant("tenant");
  const { may } = await loadRights(tools, context);
  // the tenant reports the number only to accounts that may see all accounts
  const { administration } = kind === "users" ? await client.tenant.show({ administration: true }) : {};
  const isPart = kind === "users" && !may("accounts.roles");
  const count = administration?.total ?? 0;
  const { en, ja } = isPart
    ? text(
        "it is not confirmed that all administrators are recorded",
        "すべての管理者が登録されているか確認されておらず",
      )
    : count === 0
      ? text("the administrators are not confirmed yet", "管理者がだれか確認されておらず")
      : text(
          `${formatCount(count, "administrator")} ${count === 1 ? "is" : "are"} recorded, but it is not confirmed that there are no others`,
          `登録されている管理者は ${count} 人ですが、ほかにいないか確認されておらず`,
        );
  const what = text(
    `${en}, and exports of the console do not show who is an administrator`,
    `${ja}、管理画面のエクスポートからもわかりません`,
  );
  return { what, hint: isPart ? ASK_SYSTEM_ADMINISTRATOR : describeConfirmation(kind, count) };
}

const ASK_SYSTEM_ADMINISTRATOR = text(
  "ask a system administrator to confirm who the administrators are",
  "管理者の指定をシステム管理者に依頼してください",
);

/**
 * Returns the advice on how to confirm the administrators.
 * @param count number of recorded administrators; if it is not 0, `--none` is refused, but specifying a recorded
 * administrator again has the same effect
 */
const describeConfirmation = (kind: AdministratorKind, count: number): Text => {
  const command = buildAddCommand(kind);
  return count === 0
    ? text(
        `name the administrators: ${command}; if there are none: ${buildNoneCommand(kind)}`,
        `管理者を指定してください: ${command} 。いない場合: ${buildNoneCommand(kind)}`,
      )
    : text(
        `specify the other administrators or, if there are none, one of the recorded administrators again: ${command}`,
        `ほかの管理者を指定してください(いなければ、登録済みの管理者の 1 人をもう一度): ${command}`,
      );
};

/**
 * Warns if the administrators of a mirror are not confirmed: no export shows them, and an import may delete them.
 *
 * @returns the kind of the administrators that are not confirmed
 * @throws `input-rejected` if a script imports a replacing file, or deletes records by a filter
 */
export async function checkAdministrators(tools: Tools, plan: Import): Promise<AdministratorKind | undefined> {
  const kind = await findUnconfirmedKind(tools, plan);
  if (kind === undefined) return undefined;
  const { what, hint } = await describeMissingConfirmation(tools, kind);
  const { mode, request } = plan;
  // a person who lists the records by name has looked at them
  const isByFilter = mode === "delete" && request?.select?.by !== "named";
  const isRisky = (mode === "replace" && request?.fromConsole !== true) || isByFilter;
  if (isRisky && !tools.terminal.interactive) throw new Failure("input-rejected", { what, hint });
  await tools.terminal.warn(text(`${what.en}; ${hint.en}`, `${what.ja}。${hint.ja}`));
  return kind;
}

/** Asks who the administrators of a new mirror are. After a blank answer, they remain unconfirmed. */
export async function askAdministrators(tools: Tools, kind: AdministratorKind): Promise<void> {
  const { terminal, globals } = tools;
  if (!terminal.interactive || globals.yes) return;
  const command = buildAddCommand(kind);
  const typed = await terminal.prompts.input({
    message: text(
      "Who is an administrator in the console? (comma-separated names; leave blank to specify them later)",
      "管理画面での管理者はだれですか?(複数は「,」区切り。未入力なら、あとで指定)",
    ),
    flag: `${command}`,
  });
  const names = typed.split(/[,、]/).map((name) => name.trim());
  const add: string[] = [];
  const { client } = await tools.tenant("administrators", "users");
  for (const name of names.filter((one) => one !== "")) {
    add.push(kind === "users" ? requireSingleMatch(name, await client.users.find({ name }), USER_LOOKUP).id : name);
  }
  if (add.length > 0) await client.administrators.mark(kind, { add });
}
