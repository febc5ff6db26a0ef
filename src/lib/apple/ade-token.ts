import { text } from "../text/index.ts";
import { envelopeOf, openEnvelope } from "./encoding/cms.ts";
import { instantOfText } from "./encoding/instant.ts";
import { yearAfter } from "../model/time.ts";
import { parseObject, stringIn } from "./encoding/foreign.ts";
import { fingerprintOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";

/** `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`, also as a browser names the second download of the name. */
const FILE_NAME =
  /^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime(?: ?\(\d+\))?\.p7m$/u;

/** What the name of a server token's file tells. */
interface Download {
  readonly server: string;
  /** UTC instant at which the token was made */
  readonly at: string | undefined;
}

/**
 * An ADE server token. Where decrypted with your key, its own expiry; else a year from the time in the file's name,
 * as an estimate. Its keys and secrets stay here.
 *
 * @param message the CMS message, out of its S/MIME clothes
 * @param keys private keys of our own in PEM
 * @throws `input-rejected` when it is broken, or nothing tells when it expires
 * @see facts 3.5 (the file's name); apple 1 (its content)
 */
export function adeTokenOf(file: NamedFile, message: Uint8Array, keys: readonly string[]): Renewable {
  const { name } = file;
  const envelope = envelopeOf(message);
  if (envelope === undefined) {
    throw rejected(
      name,
      text("encrypted message is broken or truncated", "暗号化されたファイルが壊れているか途中で切れています"),
    );
  }
  const download = downloadOf(name);
  const opened = openEnvelope(envelope, keys);
  const own = opened === undefined ? undefined : contentOf(name, opened);
  const madeAt = download?.at;
  const expiresAt = own?.expiresAt ?? (madeAt === undefined ? undefined : yearAfter(madeAt));
  if (expiresAt === undefined) throw unknownExpiry(name, keys.length > 0);
  return {
    expiring: {
      kind: "ade-token",
      name: download?.server ?? name,
      expiresAt,
      validFrom: madeAt ?? null,
      certainty: own === undefined ? "estimated" : "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: null,
    },
    evidence: { of: "ade-token", server: download?.server ?? null, consumer: own?.consumer ?? null },
  };
}

function downloadOf(name: string): Download | undefined {
  const { server, day = "", time = "" } = FILE_NAME.exec(name.normalize("NFC"))?.groups ?? {};
  return server === undefined ? undefined : { server, at: instantOfText(`${day}T${time.replaceAll(/[-_]/g, ":")}Z`) };
}

/** The JSON stands between two marks in a MIME message. */
function contentOf(name: string, opened: string): { readonly expiresAt: string; readonly consumer: string } {
  const token = parseObject(opened.slice(opened.indexOf("{"), opened.lastIndexOf("}") + 1));
  const consumer = token && stringIn(token, "consumer_key");
  const expiresAt = instantOfText((token && stringIn(token, "access_token_expiry")) ?? "");
  if (consumer === undefined || expiresAt === undefined) {
    throw rejected(
      name,
      text("decrypted, but it does not contain a server token", "復号できましたが、サーバートークンではありません"),
    );
  }
  return { expiresAt, consumer: fingerprintOf(consumer) };
}

const unknownExpiry = (name: string, triedKeys: boolean) =>
  rejected(
    name,
    triedKeys
      ? text(
          "token is encrypted for another key, and its file name has no download time",
          "このトークンは別の鍵で暗号化されており、ファイル名からも日時がわかりません",
        )
      : text(
          "token is encrypted, and its file name has no download time",
          "このトークンは暗号化されており、ファイル名からも日時がわかりません",
        ),
    text(
      "keep the name it was downloaded with: SERVER_Token_2026-03-01T05-00-00Z_smime.p7m",
      "ダウンロードしたときの名前のままにしてください: サーバー名_Token_2026-03-01T05-00-00Z_smime.p7m",
    ),
  );
