import { line } from "../../../lib/advice/index.ts";
import type { Administrators, Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** Only deletions need the list: an administrator who is not marked would be deleted like other users. */
export async function checkAdministrators(tools: Tools, { kind: of, mode, request }: Import): Promise<void> {
  if (mode === "append" || request?.fromConsole === true || FORMATS[of].thing.protects === undefined) return;
  const kind = of as Administrators["kind"];
  const { client } = await tools.tenant("tenant");
  const { mirroredAt, administratorsKnown } = await client.tenant.show();
  if (mirroredAt === null || administratorsKnown.includes(kind)) return;
  const what = text(
    "the list of administrators is not confirmed (console exports do not show who is an administrator)",
    "だれが管理者かが確認されていません(管理画面のエクスポートには表示されません)",
  );
  const command =
    kind === "users"
      ? line("users edit", ["USER"], { administrator: "yes" })
      : line("tenant set", [], { administratorsComplete: kind });
  const hint = text(`specify or confirm the administrators: ${command}`, `管理者の指定か確認が必要です: ${command}`);
  const isRisky = mode === "replace" || request?.recursive === true;
  if (isRisky && !tools.terminal.interactive) throw new Failure("input-rejected", { what, hint });
  await tools.terminal.warn(text(`${what.en}; ${hint.en}`, `${what.ja}。${hint.ja}`));
}
