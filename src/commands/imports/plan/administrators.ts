import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Administrators, Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { text } from "../../../lib/text/index.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import type { Tools } from "../../tools.ts";
import { USER_LOOKUP } from "../../users/columns.ts";

type AdministratorKind = Administrators["kind"];

const buildMarkCommand = (kind: AdministratorKind): CommandLine =>
  kind === "users"
    ? line("users edit", ["USER"], { administrator: "yes" })
    : line("tenant set", [], { administratorsComplete: kind });

export async function checkAdministrators(tools: Tools, plan: Import): Promise<AdministratorKind | undefined> {
  const { mode, request } = plan;
  if (FORMATS[plan.kind].thing.protects === undefined) return undefined;
  const kind = plan.kind as AdministratorKind;
  const fromConsole = request?.fromConsole === true;
  const { client } = await tools.tenant("tenant");
  const { mirroredAt, administratorsKnown } = await client.tenant.show();
  if ((mirroredAt === null && !fromConsole) || administratorsKnown.includes(kind)) return undefined;
  const what = text(
    "the list of administrators is not confirmed (console exports do not show who is an administrator)",
    "だれが管理者かが確認されていません(管理画面のエクスポートには表示されません)",
  );
  const command = buildMarkCommand(kind);
  const hint = text(
    `specify or confirm the administrators: ${command}`,
    `管理者を指定、または確認してください: ${command}`,
  );
  const isBelow = mode === "delete" && request?.recursive === true;
  const isRisky = (mode === "replace" && !fromConsole) || isBelow;
  if (isRisky && !tools.terminal.interactive) throw new Failure("input-rejected", { what, hint });
  await tools.terminal.warn(text(`${what.en}; ${hint.en}`, `${what.ja}。${hint.ja}`));
  return kind;
}

export async function askAdministrators(tools: Tools, kind: AdministratorKind): Promise<void> {
  const { terminal, globals } = tools;
  if (!terminal.interactive || globals.yes) return;
  const typed = await terminal.prompts.input({
    message: text(
      "Who is an administrator in the console? (comma-separated names; leave blank to specify them later)",
      "管理画面での管理者はだれですか?(複数の場合は「,」で区切る。あとで指定するなら空のまま Enter)",
    ),
    flag: `${buildMarkCommand(kind)}`,
  });
  try {
    const named = typed.split(/[,、]/).flatMap((name) => name.trim() || []);
    await addAdministrators(tools, kind, named);
  } catch (error) {
    if (!(error instanceof Failure) || !["not-found", "usage"].includes(error.code)) throw error;
    await terminal.problem(error.what);
    await askAdministrators(tools, kind);
  }
}

async function addAdministrators(tools: Tools, kind: AdministratorKind, names: readonly string[]): Promise<void> {
  const { client } = await tools.tenant("users", "secured");
  const administrator = true;
  for (const name of names) {
    if (kind === "users") {
      const { id } = requireSingleMatch(name, await client.users.find({ name }), USER_LOOKUP);
      await client.users.edit(id, { administrator });
      continue;
    }
    const [known] = await client.secured.find(kind, { name });
    if (known !== undefined) await client.secured.edit({ app: kind, id: known.id }, { administrator });
    else await client.secured.create(kind, { userId: name, displayName: name, administrator });
  }
}
