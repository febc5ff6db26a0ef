import { line } from "../../../lib/advice/index.ts";
import type { Administrators, Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import { theOne } from "../../listing/named.ts";
import { rightsIn } from "../../rights.ts";
import type { Tools } from "../../tools.ts";
import { USER_NAMES } from "../../users/columns.ts";

type Kind = Administrators["kind"];

/** The kind of an import whose records may be administrators. */
const kindOf = ({ kind }: Import): Kind | undefined =>
  FORMATS[kind].thing.protects === undefined ? undefined : (kind as Kind);

const commandOf = (kind: Kind): string =>
  kind === "users"
    ? `${line("users administrators add", ["USER"])}…`
    : `${line("secured administrators add", ["USER"])}… --app ${kind}`;

/**
 * Whether a plan is for a mirror, or makes one, of whose administrators nobody has said who they are. Those whose roles were
 * recorded are some of them: the console may have others.
 */
async function areUnknown(tools: Tools, plan: Import): Promise<Kind | undefined> {
  const kind = kindOf(plan);
  const fromConsole = plan.request?.fromConsole === true;
  if (kind === undefined && !fromConsole) return undefined;
  const { client } = await tools.tenant("tenant");
  const { mirroredAt, administratorsKnown } = await client.tenant.show();
  if (kind === undefined) return undefined;
  const isMirror = mirroredAt !== null || fromConsole;
  return isMirror && administratorsKnown?.includes(kind) === false ? kind : undefined;
}

/** What is wrong, and what is to be done about it. */
interface MissingAnswer {
  readonly what: Text;
  readonly hint: Text;
}

/** What nobody has said of administrators: who they are, or, where some are recorded, whether there are others. */
async function unsaidOf(tools: Tools, kind: Kind): Promise<MissingAnswer> {
  const { client, context } = await tools.tenant("tenant");
  const { may } = await rightsIn(tools, context);
  // told to who sees all accounts alone
  const { administration } = kind === "users" ? await client.tenant.show({ administration: true }) : {};
  const isPart = kind === "users" && !may("accounts.roles");
  const count = administration?.total ?? 0;
  const { en, ja } = isPart
    ? text(
        "it is not confirmed that all administrators are recorded",
        "すべての管理者が記録されているか確認されておらず",
      )
    : count === 0
      ? text("the administrators are not confirmed yet", "管理者が誰か確認されておらず")
      : text(
          `${counted(count, "administrator")} ${count === 1 ? "is" : "are"} recorded, and it is not confirmed that there are no others`,
          `記録されている管理者は ${count} 人ですが、ほかにいないか確認されておらず`,
        );
  const what = text(
    `${en}, and exports of the console do not show it`,
    `${ja}、管理画面のエクスポートからも分かりません`,
  );
  return { what, hint: isPart ? ASK_SYSTEM : sayingOf(kind, count) };
}

const ASK_SYSTEM = text(
  "ask a system administrator to say who they are",
  "管理者の指定をシステム管理者に依頼してください",
);

/** @param count number of those recorded, with whom `--none` would be refused: to name one of them again says as much */
const sayingOf = (kind: Kind, count: number): Text => {
  const command = commandOf(kind);
  return count === 0
    ? text(
        `say who they are, or that there are none (--none): ${command}`,
        `管理者を指定してください(いなければ --none): ${command}`,
      )
    : text(
        `name the others, or, where there are none, one of those recorded: ${command}`,
        `ほかの管理者を(いなければ、記録されている管理者の 1 人を)指定してください: ${command}`,
      );
};

/**
 * Warns where nobody has said who the administrators of a mirror are: no export tells, and an import may delete them.
 *
 * @returns the kind of administrators that are not known
 * @throws `input-rejected` where a script imports a replacing file, or deletes others than it names
 */
export async function checkAdministrators(tools: Tools, plan: Import): Promise<Kind | undefined> {
  const kind = await areUnknown(tools, plan);
  if (kind === undefined) return undefined;
  const { what, hint } = await unsaidOf(tools, kind);
  const { mode, request } = plan;
  // who was named was looked at
  const isByFilter = mode === "delete" && request?.select?.by !== "named";
  const isRisky = (mode === "replace" && request?.fromConsole !== true) || isByFilter;
  if (isRisky && !tools.terminal.interactive) throw new Failure("input-rejected", { what, hint });
  await tools.terminal.warn(text(`${what.en}; ${hint.en}`, `${what.ja}。${hint.ja}`));
  return kind;
}

/** Asks who the administrators of a new mirror are; a blank answer leaves it open. */
export async function askAdministrators(tools: Tools, kind: Kind): Promise<void> {
  const { terminal, globals } = tools;
  if (!terminal.interactive || globals.yes) return;
  const command = commandOf(kind);
  const typed = await terminal.prompts.input({
    message: text(
      "Who is an administrator in the console? (names with commas; blank: later)",
      "管理画面での管理者は誰ですか?(複数は「,」区切り。空なら、あとで指定)",
    ),
    flag: command,
  });
  const names = typed.split(/[,、]/).map((name) => name.trim());
  const add: string[] = [];
  const { client } = await tools.tenant("administrators", "users");
  for (const name of names.filter((one) => one !== "")) {
    add.push(kind === "users" ? theOne(name, await client.users.find({ name }), USER_NAMES).id : name);
  }
  if (add.length > 0) await client.administrators.mark(kind, { add });
}
