import type { SuccessorEvidence } from "../../apple/index.ts";
import { toNfkcKey } from "../../model/normalise.ts";
import { text, type Text } from "../../text/index.ts";
import { checkLaterExpiry, checkDifferentFile } from "./certificate.ts";
import { toDoubtfulOutcome, type Check, type CheckOutcome, type CheckRule } from "./check.ts";

type EvidenceOf<K extends SuccessorEvidence["of"]> = Extract<SuccessorEvidence, { of: K }>;

const NOT_IN_FILES_TEXT = text("the files do not show this", "ファイルからはわかりません");

function compareValues(
  id: Check["id"],
  [was, is]: readonly [string | null | undefined, string | null | undefined],
  { differs, outcome, secret = false }: { differs: Text; outcome: CheckOutcome; secret?: boolean },
): Check {
  if (was === null || was === undefined || is === null || is === undefined) {
    return { id, outcome: "unknown", what: NOT_IN_FILES_TEXT };
  }
  const [old, found] = secret ? ["", ""] : [`: ${was}`, `: ${was} → ${is}`];
  return was === is
    ? { id, outcome: "good", what: text(`unchanged${old}`, `変更なし${old}`) }
    : { id, outcome, what: text(`${differs.en}${found}`, `${differs.ja}${found}`) };
}

const narrowEvidence = <K extends SuccessorEvidence["of"]>(
  evidence: SuccessorEvidence | undefined,
  of: K,
): EvidenceOf<K> | undefined => (evidence?.of === of ? (evidence as EvidenceOf<K>) : undefined);

/**
 * Checks that the new token is encrypted for the same key as the one in use. The recipient can be read without a key.
 *
 * @see facts 3.5: CLOMO's key pair stays the same in a renewal, and only CLOMO can decrypt the token
 */
export const checkAdeKey: CheckRule = ({ current, next }): Check => {
  const check = (outcome: CheckOutcome, what: Text): Check => ({ id: "key", outcome, what });
  const [was, is] = [narrowEvidence(current.evidence, "ade-token"), narrowEvidence(next.evidence, "ade-token")];
  const isOpened = next.expiring.certainty === "exact";
  if (was !== undefined && (was.consumer !== null) !== isOpened) {
    return check(
      "bad",
      text(
        "your key decrypts only one of the two tokens, so they are encrypted for different keys",
        "手元の鍵で復号できるのは 2 つのトークンのうち一方だけです。別々の鍵で暗号化されています",
      ),
    );
  }
  if (isOpened && current.expiring.certainty === "exact") {
    return check("good", text("decrypted with your key", "手元の鍵で復号できました"));
  }
  const [old, found] = [was?.recipient ?? null, is?.recipient ?? null];
  if (old === null || found === null) {
    return check(
      "unknown",
      text(
        `the keys of the two tokens were not compared${found === null ? "" : `; the new token is for the key of ${found}`}. Specify the file in use with --current, and do not download another token to try`,
        `両方のトークンの鍵を比較していません${found === null ? "" : `(新しいものの鍵: ${found})`}。使用中のファイルを --current で指定してください。試しに別のトークンをダウンロードしないでください`,
      ),
    );
  }
  return old === found
    ? check("good", text(`encrypted for the same key: ${found}`, `同じ鍵で暗号化されています: ${found}`))
    : check(
        "bad",
        text(
          `encrypted for another key, so the console cannot decrypt it: ${old} → ${found}. In Apple Business Manager, choose the server that is in use now, and do not change its public key`,
          `別の鍵で暗号化されているため、管理画面で読み込めません: ${old} → ${found}。Apple Business Manager では現在使っているサーバを選び、公開鍵は変えないでください`,
        ),
      );
};

/**
 * Compares the names of the MDM servers. The name of the current server comes from its token file, or from the record
 * if there is no file. A different name proves nothing: the server can be renamed at Apple, and a record can have any
 * name.
 */
export const checkAdeServer: CheckRule = ({ current, next }): Check =>
  compareValues(
    "server",
    [
      current.evidence === undefined ? current.expiring.name : narrowEvidence(current.evidence, "ade-token")?.server,
      narrowEvidence(next.evidence, "ade-token")?.server,
    ],
    {
      outcome: "warning",
      differs: text(
        "different name (make sure that the server in use was only renamed; another server has other devices)",
        "名前が違います。使用中のサーバの名前を変更しただけか確認してください(別のサーバではデバイスの割り当てが異なります)",
      ),
    },
  );

/** Compares consumer keys, which differ if another person downloads the token of the same server.  @see apple 1 */
export const checkAdeConsumer: CheckRule = ({ current, next, circumstances }): Check => {
  const [was, is] = [narrowEvidence(current.evidence, "ade-token"), narrowEvidence(next.evidence, "ade-token")];
  const check = compareValues("consumer", [was?.consumer, is?.consumer], {
    secret: true,
    outcome: toDoubtfulOutcome(circumstances),
    differs: text(
      "different: this token was downloaded by another administrator of Apple's portal, or belongs to another server",
      "異なります。Apple のポータルの別の管理者がダウンロードしたトークンか、別のサーバのトークンです",
    ),
  });
  return check.outcome === "unknown" ? { ...check, what: TOKENS_NOT_DECRYPTED } : check;
};

const TOKENS_NOT_DECRYPTED = text(
  "not compared, because the tokens are encrypted: make sure that the same administrator as before downloaded the new token, from the server that is in use now",
  "トークンが暗号化されているため、比較していません。現在使っているサーバから、これまでと同じ管理者がダウンロードしたことを確認してください",
);

/**
 * Warns that the current token is already invalid. There is no warning if the new file is rejected, because that file
 * has not invalidated the current token.
 *
 * @see facts 3.5: a new token invalidates the old token the moment it is made
 */
export const checkOldAdeToken: CheckRule = (comparison): Check | undefined =>
  [checkDifferentFile, checkAdeKey, checkLaterExpiry].some((rule) => rule(comparison)?.outcome === "bad")
    ? undefined
    : {
        id: "old-token",
        outcome: "warning",
        what: text(
          "the current token became invalid when the new token was downloaded: upload the new token now",
          "現在のトークンは、新しいトークンをダウンロードした時点で無効になりました。すぐに新しいトークンをアップロードしてください",
        ),
      };

const toOptionalNfkcKey = (name: string | null | undefined): string | undefined =>
  (name ?? undefined) && toNfkcKey(name ?? "");

/**
 * Compares the organisations. An organisation recorded without a file was typed by hand, perhaps with a different
 * spelling.
 */
export const checkVppOrganisation: CheckRule = ({ current, next, circumstances }): Check =>
  compareValues(
    "organisation",
    [toOptionalNfkcKey(current.expiring.organisation), toOptionalNfkcKey(next.expiring.organisation)],
    {
      outcome: current.expiring.fingerprint === null ? toDoubtfulOutcome(circumstances) : "bad",
      differs: text("this token belongs to another organisation", "別の組織のトークンです"),
    },
  );

/** Compares locations.  @see facts 3.5: Apple writes full-width characters as `_`, so 東京 and 大阪 are the same */
export const checkVppLocation: CheckRule = ({ current, next }): Check => {
  const is = toOptionalNfkcKey(narrowEvidence(next.evidence, "vpp-token")?.location);
  const check = compareValues(
    "location",
    [toOptionalNfkcKey(narrowEvidence(current.evidence, "vpp-token")?.location), is],
    {
      outcome: "bad",
      differs: text(
        "this token belongs to another location (the licences of the current location would be missing)",
        "別の場所のトークンです(現在の場所で購入したライセンスが使えなくなります)",
      ),
    },
  );
  if (check.outcome !== "good" || is?.includes("_") !== true) return check;
  return {
    id: "location",
    outcome: "unknown",
    what: text(
      `both file names contain ${is}, but _ stands for any full-width character, so another location may have the same name. In Apple Business Manager (Content tokens), compare the location with the one used last time`,
      `ファイル名はどちらも ${is} ですが、全角文字はすべて _ になるため、別の場所でも同じ名前になります。Apple Business Manager の「コンテンツトークン」で、前回と同じ場所か確認してください`,
    ),
  };
};
