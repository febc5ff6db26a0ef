import { join } from "node:path";
import { line, type CommandLine } from "../../lib/advice/index.ts";
import { SEALING_KEY_FILE } from "../../lib/config/home.ts";
import { readKeyMark } from "../../lib/config/sealing.ts";
import type { SealedSecret } from "../../lib/model/sealed.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { quoteShellWord } from "../../lib/text/shell-word.ts";
import type { Tools } from "../tools.ts";
import { createOkFinding, createProblemFinding, type Finding } from "./finding.ts";

const getSealingKeyPath = ({ home }: Pick<Tools, "home">): string => join(home.data, SEALING_KEY_FILE);

/**
 * Checks the file of the sealing key. @throws Failure `input-rejected` if the file does not contain a key or if others
 * can read it
 */
export async function checkSealingKey(tools: Pick<Tools, "home">): Promise<readonly Finding[]> {
  const path = getSealingKeyPath(tools);
  return (await readKeyMark(tools.home)) === undefined
    ? [
        createOkFinding(
          "sealing-key",
          text(
            "no sealing key yet; it is created with the first key or token",
            "まだありません(最初の鍵かトークンの設定時に作成)",
          ),
        ),
      ]
    : [createOkFinding("sealing-key", text(`only you can access ${path}`, `${path} を読み書きできるのは自分だけです`))];
}

const SECRET_REPLACEMENTS: Readonly<
  Record<SealedSecret["secret"], { readonly what: Text; readonly line: CommandLine }>
> = {
  "ade-key": {
    what: text("the key of the ADE server token", "ADE サーバートークンの鍵"),
    line: line("ade keypair create", [], { replace: true, output: "CLOMO_ADE_PublicKey.pem" }),
  },
  "ade-token": { what: text("the ADE server token", "ADE サーバートークン"), line: line("ade token set", ["FILE"]) },
};

/**
 * Checks whether the key of this home decrypts a tenant's secrets. Does not report an invalid key file, which
 * {@link checkSealingKey} reports.
 */
export async function checkSealedSecrets(
  tools: Pick<Tools, "home">,
  sealed: readonly SealedSecret[],
): Promise<readonly Finding[]> {
  if (sealed.length === 0) return [];
  const mark = await readKeyMark(tools.home).catch(() => null);
  if (mark === null) return [];
  const closed = [...new Set(sealed.filter(({ by }) => by !== mark).map(({ secret }) => SECRET_REPLACEMENTS[secret]))];
  if (closed.length === 0)
    return [
      createOkFinding(
        "sealing-key",
        text("the sealing key can decrypt all secrets of the tenant", "暗号化された内容をすべて復号できます"),
      ),
    ];
  const path = getSealingKeyPath(tools);
  const things = joinTexts(
    closed.map(({ what }) => what),
    text(", ", "、"),
  );
  const lines = [...new Set(closed.map(({ line }) => `${line}`))];
  return [
    createProblemFinding(
      "sealing-key",
      mark === undefined
        ? text(
            `${path} is missing, so these secrets cannot be used: ${things.en}`,
            `${path} がないため、次のものを使えません: ${things.ja}`,
          )
        : text(
            `${path} is not the key that encrypted these secrets, so they cannot be used: ${things.en}`,
            `${path} とは別の鍵で暗号化されているため、次のものを使えません: ${things.ja}`,
          ),
      text(
        `restore the original sealing.key from the computer or the backup that has it (chmod 600 ${quoteShellWord(path)}); if it is lost, run: ${lines.join("; ")}`,
        `元の sealing.key を、設定したコンピューターかバックアップから戻してください(chmod 600 ${quoteShellWord(path)})。失われた場合は、次を実行してください: ${lines.join("、")}`,
      ),
    ),
  ];
}
