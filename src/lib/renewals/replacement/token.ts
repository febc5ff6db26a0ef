import type { Evidence } from "../../apple/index.ts";
import { widthKey } from "../../model/normalise.ts";
import { text, type Text } from "../../text/index.ts";
import { later, unlike } from "./certificate.ts";
import { doubtful, type Check, type CheckOutcome, type CheckRule } from "./check.ts";

type EvidenceOf<K extends Evidence["of"]> = Extract<Evidence, { of: K }>;

/** Nothing is known, as opposed to known too little. */
const NOT_IN_FILES = text("not in the files", "ファイルからはわかりません");

/** Compares what both tell. */
function compareValues(
  id: Check["id"],
  [was, is]: readonly [string | null | undefined, string | null | undefined],
  { differs, outcome, secret = false }: { differs: Text; outcome: CheckOutcome; secret?: boolean },
): Check {
  if (was === null || was === undefined || is === null || is === undefined) {
    return { id, outcome: "unknown", what: NOT_IN_FILES };
  }
  const [old, found] = secret ? ["", ""] : [`: ${was}`, `: ${was} → ${is}`];
  return was === is
    ? { id, outcome: "good", what: text(`the same${old}`, `同じ${old}`) }
    : { id, outcome, what: text(`${differs.en}${found}`, `${differs.ja}${found}`) };
}

const evidenceOf = <K extends Evidence["of"]>(evidence: Evidence | undefined, of: K): EvidenceOf<K> | undefined =>
  evidence?.of === of ? (evidence as EvidenceOf<K>) : undefined;

/**
 * Whether the new token is encrypted for the same key as the one in use. The recipient can be read without any key.
 *
 * @see facts 3.5: CLOMO's key pair stays at a renewal, and only CLOMO can open the token
 */
export const adeKey: CheckRule = ({ current, next }): Check => {
  const check = (outcome: CheckOutcome, what: Text): Check => ({ id: "key", outcome, what });
  const [was, is] = [evidenceOf(current.evidence, "ade-token"), evidenceOf(next.evidence, "ade-token")];
  const isOpened = next.expiring.certainty === "exact";
  if (was !== undefined && (was.consumer !== null) !== isOpened) {
    return check(
      "bad",
      text(
        "your key opens only one of the two tokens: they were made for different keys",
        "手元の鍵で復号できるのは 2 つのトークンのうち一方だけです。別の鍵で作られています",
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
        `the keys of both tokens were not compared${found === null ? "" : `; the new one is for the key of ${found}`}: name the file in use as --current, and do not download another token to try`,
        `両方のトークンの鍵を比較していません${found === null ? "" : `(新しいものの鍵: ${found})`}。使用中のファイルを --current で指定してください。試しに別のトークンをダウンロードしないでください`,
      ),
    );
  }
  return old === found
    ? check("good", text(`encrypted for the same key: ${found}`, `同じ鍵で暗号化されています: ${found}`))
    : check(
        "bad",
        text(
          `encrypted for another key, so the console cannot open it: ${old} → ${found}. In Apple Business Manager use the server that is in use now, and leave its public key as it is`,
          `別の鍵で暗号化されているため、管理画面で読み込めません: ${old} → ${found}。Apple Business Manager では現在使っているサーバを選び、公開鍵は変えないでください`,
        ),
      );
};

/**
 * The current server is known by its file's name, or by the name it was recorded with. Another name proves nothing: it can be
 * changed at Apple, and a record's name may be anything.
 */
export const adeServer: CheckRule = ({ current, next }): Check =>
  compareValues(
    "server",
    [
      current.evidence === undefined ? current.expiring.name : evidenceOf(current.evidence, "ade-token")?.server,
      evidenceOf(next.evidence, "ade-token")?.server,
    ],
    {
      outcome: "warning",
      differs: text(
        "another name: make sure that the server in use was renamed, as another server has other devices",
        "名前が違います。使用中のサーバの名前を変更しただけか確認してください(別のサーバではデバイスの割り当てが異なります)",
      ),
    },
  );

/** Another person who downloads the token of the same server has another key. @see apple 1 */
export const adeConsumer: CheckRule = ({ current, next, circumstances }): Check => {
  const [was, is] = [evidenceOf(current.evidence, "ade-token"), evidenceOf(next.evidence, "ade-token")];
  const check = compareValues("consumer", [was?.consumer, is?.consumer], {
    secret: true,
    outcome: doubtful(circumstances),
    differs: text(
      "different: another administrator of Apple's portal made this token, or it belongs to another server",
      "異なります。Apple のポータルの別の管理者が作成したものか、別のサーバーのものです",
    ),
  });
  return check.outcome === "unknown" ? { ...check, what: NOT_OPENED } : check;
};

const NOT_OPENED = text(
  "not compared, as the tokens are encrypted: make sure that you downloaded the new one from the server that is in use now, as the same administrator",
  "トークンが暗号化されているため、比較していません。現在使っているサーバから、これまでと同じ管理者がダウンロードしたことを確認してください",
);

/** A file that is refused has ended nothing. @see facts 3.5: a new token kills the old one the moment it is made */
export const adeOldToken: CheckRule = (comparison): Check | undefined =>
  [unlike, adeKey, later].some((rule) => rule(comparison)?.outcome === "bad")
    ? undefined
    : {
        id: "old-token",
        outcome: "warning",
        what: text(
          "invalid since the new token was downloaded: upload the new one now",
          "旧トークンは、新しいものをダウンロードした時点で無効です。すぐに新しいものをアップロードしてください",
        ),
      };

const wide = (name: string | null | undefined): string | undefined => (name ?? undefined) && widthKey(name ?? "");

/** An organisation that was recorded without a file was typed, in whatever words. */
export const vppOrganisation: CheckRule = ({ current, next, circumstances }): Check =>
  compareValues("organisation", [wide(current.expiring.organisation), wide(next.expiring.organisation)], {
    outcome: current.expiring.fingerprint === null ? doubtful(circumstances) : "bad",
    differs: text("token of another organisation", "別の組織のトークンです"),
  });

/** @see facts 3.5: Apple writes the full-width characters of a place as `_`, so that 東京 and 大阪 have one name */
export const vppLocation: CheckRule = ({ current, next }): Check => {
  const is = wide(evidenceOf(next.evidence, "vpp-token")?.location);
  const check = compareValues("location", [wide(evidenceOf(current.evidence, "vpp-token")?.location), is], {
    outcome: "bad",
    differs: text(
      "token of another location: licences bought for the current one would be missing",
      "別の場所のトークンです。現在の場所で購入したライセンスが使えなくなります",
    ),
  });
  if (check.outcome !== "good" || is?.includes("_") !== true) return check;
  return {
    id: "location",
    outcome: "unknown",
    what: text(
      `both file names have ${is}, but _ stands for any full-width character: another location may have the same name; compare the location in Apple Business Manager (Content tokens) with the one last used`,
      `ファイル名はどちらも ${is} ですが、全角文字はすべて _ になるため、別の場所でも同じ名前になります。Apple Business Manager の「コンテンツトークン」で、前回と同じ場所か確認してください`,
    ),
  };
};
