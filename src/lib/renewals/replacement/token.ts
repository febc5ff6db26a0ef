import type { Evidence } from "../../apple/index.ts";
import { text, type Text } from "../../text/index.ts";
import { later, unlike } from "./certificate.ts";
import { doubtful, type Check, type CheckOutcome, type Rule } from "./check.ts";

type Of<K extends Evidence["of"]> = Extract<Evidence, { of: K }>;

/** Nothing is known, as opposed to known too little. */
export const NOT_IN_FILES = text("not in the files", "ファイルからはわかりません");

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

const evidenceOf = <K extends Evidence["of"]>(evidence: Evidence | undefined, of: K): Of<K> | undefined =>
  evidence?.of === of ? (evidence as Of<K>) : undefined;

/** A token that no key of ours opens is CLOMO's, in a tenant of CLOMO. */
export const adeKey: Rule = ({ next: { expiring } }): Check =>
  expiring.certainty === "exact"
    ? { id: "key", outcome: "good", what: text("decrypted with your key", "手元の鍵で復号できました") }
    : {
        id: "key",
        outcome: "unknown",
        what: text(
          "encrypted for a key that is not here (CLOMO's, or that of a tenant of clomoctl: clomoctl ade token show FILE), so only the file name was checked; do not download another token to try",
          "手元にない鍵(CLOMO の鍵か、clomoctl のテナントの鍵。後者なら clomoctl ade token show FILE で開けます)で暗号化されているため、ファイル名だけで判断しています。試しに別のトークンをダウンロードしないでください",
        ),
      };

/** The current server is known by its file's name, or by the name it was recorded with. */
export const adeServer: Rule = ({ current, next }): Check =>
  compareValues(
    "server",
    [
      current.evidence === undefined ? current.expiring.name : evidenceOf(current.evidence, "ade-token")?.server,
      evidenceOf(next.evidence, "ade-token")?.server,
    ],
    {
      // a record's name may be anything
      outcome: current.evidence === undefined ? "warning" : "bad",
      differs: text(
        "different MDM server: it has other devices, and yours would have to be moved and enrolled again",
        "別のサーバーのものです。デバイスの割り当てが異なり、移動と再登録が必要になります",
      ),
    },
  );

/** Another person who downloads the token of the same server has another key. @see apple 1 */
export const adeConsumer: Rule = ({ current, next, circumstances }): Check =>
  compareValues(
    "consumer",
    [evidenceOf(current.evidence, "ade-token")?.consumer, evidenceOf(next.evidence, "ade-token")?.consumer],
    {
      secret: true,
      outcome: doubtful(circumstances),
      differs: text(
        "different: another administrator of Apple's portal made this token, or it belongs to another server",
        "異なります。Apple のポータルの別の管理者が作成したものか、別のサーバーのものです",
      ),
    },
  );

/** A file that is refused has ended nothing. @see facts 3.5: a new token kills the old one the moment it is made */
export const adeOldToken: Rule = (comparison): Check | undefined =>
  [unlike, adeServer, later].some((rule) => rule(comparison)?.outcome === "bad")
    ? undefined
    : {
        id: "old-token",
        outcome: "warning",
        what: text(
          "invalid since the new token was downloaded: upload the new one now",
          "旧トークンは、新しいものをダウンロードした時点で無効です。すぐに新しいものをアップロードしてください",
        ),
      };

export const vppOrganisation: Rule = ({ current, next }): Check =>
  compareValues("organisation", [current.expiring.organisation, next.expiring.organisation], {
    outcome: "bad",
    differs: text("token of another organisation", "別の組織のトークンです"),
  });

/** @see facts 3.5: Apple writes the full-width characters of a place as `_`, so that 東京 and 大阪 have one name */
export const vppLocation: Rule = ({ current, next }): Check => {
  const is = evidenceOf(next.evidence, "vpp-token")?.location;
  const check = compareValues("location", [evidenceOf(current.evidence, "vpp-token")?.location, is], {
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
