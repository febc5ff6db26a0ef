import { text, type Text } from "../../text/index.ts";
import { type Check, type Comparison, type Current, doubtful, type RequestFile, type Rule } from "./check.ts";

const START_AGAIN = text(
  "The console would refuse it (「入力エラー:正しい証明書をアップロードするか…」): delete both files, download a new request, and renew with that one",
  "コンソールで「入力エラー:正しい証明書をアップロードするか…」になります。両方のファイルを削除し、署名要求をダウンロードし直して更新してください",
);

/** @see facts 3.4: the console's error when request and certificate do not pair */
export const requestKey: Rule = ({ next: { evidence }, circumstances: { csr } }): Check | undefined => {
  if (csr === undefined || evidence.of !== "certificate") return undefined;
  if (evidence.publicKey === csr.request.publicKey) {
    const what = text("it holds the public key of the request", "署名要求の公開鍵と一致しています");
    return { id: "request-key", outcome: "good", what };
  }
  return {
    id: "request-key",
    outcome: "bad",
    what: text(
      `it was made from another request. ${START_AGAIN.en}`,
      `別の署名要求から作られています。${START_AGAIN.ja}`,
    ),
  };
};

/** Surely bad before there is a new certificate at all: a request with the key of the certificate in use. */
export function requestOfCurrent({ evidence }: Current, { request }: RequestFile): Check | undefined {
  if (evidence?.of !== "certificate" || evidence.publicKey !== request.publicKey) return undefined;
  const what = text(
    `this is the request of the certificate in use, surely: the keys are equal. ${START_AGAIN.en}`,
    `現在の証明書を作ったときの署名要求です(公開鍵が同じなので確実)。${START_AGAIN.ja}`,
  );
  return { id: "request-age", outcome: "bad", what };
}

/** A request with the key of the certificate in use is the last one's, surely; by the time of its file, probably. */
export const requestAge: Rule = (comparison): Check | undefined => {
  const { current, circumstances } = comparison;
  if (circumstances.csr === undefined) return undefined;
  const { writtenAt } = circumstances.csr;
  const reused = requestOfCurrent(current, circumstances.csr);
  if (reused !== undefined) return reused;
  const since = current.expiring.validFrom;
  if (writtenAt === null || since === null) {
    const what = text("it cannot be told how old the request is", "署名要求がいつのものかわかりません");
    return { id: "request-age", outcome: "unknown", what };
  }
  return writtenAt.getTime() < Date.parse(since)
    ? { id: "request-age", outcome: doubtful(circumstances), what: stale(comparison) }
    : {
        id: "request-age",
        outcome: "good",
        what: text("its file is newer than the certificate in use", "ファイルは現在の証明書より新しいものです"),
      };
};

/** When the new certificate pairs with it, the time of the file is likely to be wrong. */
function stale({ next: { evidence }, circumstances: { csr } }: Comparison): Text {
  const pairs = evidence.of === "certificate" && evidence.publicKey === csr?.request.publicKey;
  return pairs
    ? text(
        "its file is older than the certificate in use: probably stale, though the new certificate was made from it; the time of a file is no proof",
        "ファイルの日時が現在の証明書より古く、おそらく以前の署名要求です。ただし新しい証明書はこれから作られています(ファイルの日時は確実ではありません)",
      )
    : text(
        "its file is older than the certificate in use: probably the request of an earlier renewal (the time of a file is no proof)",
        "ファイルの日時が現在の証明書より古く、おそらく以前の更新の署名要求です(ファイルの日時は確実ではありません)",
      );
}
