import type { Evidence } from "../../apple/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { Check, CheckOutcome, Rule } from "./check.ts";

type Of<K extends Evidence["of"]> = Extract<Evidence, { of: K }>;

const NOT_KNOWN = text("not in the files", "ファイルからはわかりません");

/** Compares what both tell. */
function compareValues(
  id: Check["id"],
  [was, is]: readonly [string | null | undefined, string | null | undefined],
  { differs, outcome, secret = false }: { differs: Text; outcome: CheckOutcome; secret?: boolean },
): Check {
  if (was === null || was === undefined || is === null || is === undefined) {
    return { id, outcome: "unknown", what: NOT_KNOWN };
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
          "encrypted for another key (CLOMO's), so only the file name was checked; do not download another token to try",
          "手元にない鍵(CLOMO の鍵)で暗号化されているため、ファイル名だけで判断しています。試しに別のトークンをダウンロードしないでください",
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

export const adeConsumer: Rule = ({ current, next }): Check =>
  compareValues(
    "consumer",
    [evidenceOf(current.evidence, "ade-token")?.consumer, evidenceOf(next.evidence, "ade-token")?.consumer],
    {
      secret: true,
      outcome: "bad",
      differs: text(
        "different: the token belongs to another server, or was made by another user of Apple's portal",
        "異なります。別のサーバーのものか、Apple のポータルの別のユーザーが作成したものです",
      ),
    },
  );

/** @see facts 3.5: a new token kills the old one the moment it is made */
export const adeOldToken: Rule = (): Check => ({
  id: "old-token",
  outcome: "warning",
  what: text(
    "invalid since the new token was downloaded: upload the new one now",
    "旧トークンは、新しいものをダウンロードした時点で無効です。すぐに新しいものをアップロードしてください",
  ),
});

export const vppOrganisation: Rule = ({ current, next }): Check =>
  compareValues("organisation", [current.expiring.organisation, next.expiring.organisation], {
    outcome: "bad",
    differs: text("token of another organisation", "別の組織のトークンです"),
  });

export const vppLocation: Rule = ({ current, next }): Check =>
  compareValues(
    "location",
    [evidenceOf(current.evidence, "vpp-token")?.location, evidenceOf(next.evidence, "vpp-token")?.location],
    {
      outcome: "bad",
      differs: text(
        "token of another location: licences bought for the current one would be missing",
        "別の場所のトークンです。現在の場所で購入したライセンスが使えなくなります",
      ),
    },
  );
