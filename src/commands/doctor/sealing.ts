import { join } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { SEALING_KEY } from "../../lib/config/home.ts";
import { markOfKey } from "../../lib/config/sealing.ts";
import type { SealedSecret } from "../../lib/model/sealed.ts";
import { joined, text, type Text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import type { Tools } from "../tools.ts";
import { ok, problem, type Finding } from "./finding.ts";

const pathOf = ({ home }: Pick<Tools, "home">): string => join(home.data, SEALING_KEY);

/** The key's file. @throws Failure `input-rejected` where it is no key, or not its owner's alone */
export async function keyFindings(tools: Pick<Tools, "home">): Promise<readonly Finding[]> {
  const path = pathOf(tools);
  return (await markOfKey(tools.home)) === undefined
    ? [
        ok(
          "sealing-key",
          text("none here: the first key or token makes it", "まだありません(最初の鍵かトークンの設定時に作成)"),
        ),
      ]
    : [ok("sealing-key", text(`${path} is yours alone`, `${path} を読み書きできるのは自分だけです`))];
}

/** What is lost with a secret, and what sets it up anew. */
const LOST: Readonly<Record<SealedSecret["secret"], { readonly what: Text; readonly line: string }>> = {
  "ade-key": {
    what: text("the key of the ADE server token", "ADE サーバートークンの鍵"),
    line: line("ade keypair create", [], { startOver: true, output: "CLOMO_ADE_PublicKey.pem" }),
  },
  "ade-staged-key": {
    what: text("the ADE key that waits for its token", "トークン待ちの ADE の鍵"),
    line: line("ade keypair create", [], { startOver: true, output: "CLOMO_ADE_PublicKey.pem" }),
  },
  "ade-token": { what: text("the ADE server token", "ADE サーバートークン"), line: line("ade token set", ["FILE"]) },
  "push-key": {
    what: text("the key of the push certificate", "プッシュ通知証明書の鍵"),
    line: "clomoctl push-cert csr --start-over -o CertificateSigningRequest.csr",
  },
  "push-staged-key": {
    what: text("the key of the signing request (CSR)", "CSR の鍵"),
    line: "clomoctl push-cert csr --start-over -o CertificateSigningRequest.csr",
  },
  "vpp-token": {
    what: text("content tokens (VPP)", "VPP サービストークン"),
    line: line("vpp tokens set", ["FILE"], { org: "NAME", startOver: true }),
  },
};

/** What of a tenant the key of this home does not open; nothing where the key's own file is not right. */
export async function sealedFindings(
  tools: Pick<Tools, "home">,
  sealed: readonly SealedSecret[],
): Promise<readonly Finding[]> {
  if (sealed.length === 0) return [];
  const mark = await markOfKey(tools.home).catch(() => null);
  if (mark === null) return [];
  const closed = [...new Set(sealed.filter(({ by }) => by !== mark).map(({ secret }) => LOST[secret]))];
  if (closed.length === 0) return [ok("sealing-key", text("opens what is sealed", "暗号化された内容を復号できます"))];
  const path = pathOf(tools);
  const things = joined(
    closed.map(({ what }) => what),
    text(", ", "、"),
  );
  const lines = [...new Set(closed.map(({ line }) => line))];
  return [
    problem(
      "sealing-key",
      mark === undefined
        ? text(`${path} is missing, and with it is lost: ${things.en}`, `${path} がないため、使えません: ${things.ja}`)
        : text(
            `${path} is another key than the one that sealed: ${things.en}`,
            `${path} とは別の鍵で暗号化されているため、使えません: ${things.ja}`,
          ),
      text(
        `put the former sealing.key back, from the machine or the backup that has it (chmod 600 ${shownWord(path)}); if it is lost: ${lines.join("; ")}`,
        `元の sealing.key を、設定した PC かバックアップから戻してください(chmod 600 ${shownWord(path)})。失われた場合: ${lines.join("、")}`,
      ),
    ),
  ];
}
