import { text, type Text } from "../../text/index.ts";
import { type Check, type Comparison, type Current, doubtful, type RequestFile, type CheckRule } from "./check.ts";

const START_AGAIN = text(
  "The console would reject it (「入力エラー:正しい証明書をアップロードするか…」): delete both files, download a new CSR, and renew with that one",
  "管理画面で「入力エラー:正しい証明書をアップロードするか…」になります。両方のファイルを削除し、CSR ファイルをダウンロードし直して更新してください",
);

const NO_REQUEST: Check = {
  id: "request-key",
  outcome: "unknown",
  what: text(
    "not compared with the CSR: add --csr CertificateSigningRequest.csr; the console rejects a certificate of another CSR",
    "CSR ファイルと比較していません。--csr CertificateSigningRequest.csr を付けてください。別の CSR ファイルから作った証明書は管理画面で拒否されます",
  ),
};

/** @see facts 3.4: the console's error when request and certificate do not pair */
export const requestKey: CheckRule = ({ next: { evidence, expiring }, circumstances: { csr } }): Check | undefined => {
  if (evidence.of !== "certificate") return undefined;
  if (csr === undefined) return expiring.kind === "push-certificate" ? NO_REQUEST : undefined;
  if (evidence.publicKey === csr.request.publicKey) {
    const what = text("public key matches the CSR", "CSR ファイルの公開鍵と一致しています");
    return { id: "request-key", outcome: "good", what };
  }
  return {
    id: "request-key",
    outcome: "bad",
    what: text(
      `made from a different CSR. ${START_AGAIN.en}`,
      `別の CSR ファイルから作られています。${START_AGAIN.ja}`,
    ),
  };
};

/** Certainly bad, even before there is a new certificate: a request with the key of the certificate in use. */
export function requestOfCurrent(current: Current | null, { request }: RequestFile): Check | undefined {
  const evidence = current?.evidence;
  if (evidence?.of !== "certificate" || evidence.publicKey !== request.publicKey) return undefined;
  const what = text(
    `this is the CSR of the certificate in use: the keys are the same. ${START_AGAIN.en}`,
    `現在の証明書を作ったときの CSR ファイルです(公開鍵が同じなので確実)。${START_AGAIN.ja}`,
  );
  return { id: "request-age", outcome: "bad", what };
}

/** A request with the key of the certificate in use is stale for certain; one with an older file is probably stale. */
export const requestAge: CheckRule = (comparison): Check | undefined => {
  const { current, circumstances } = comparison;
  if (circumstances.csr === undefined) return undefined;
  const { writtenAt } = circumstances.csr;
  const reused = requestOfCurrent(current, circumstances.csr);
  if (reused !== undefined) return reused;
  const since = current.expiring.validFrom ?? null;
  if (writtenAt === null || since === null) {
    const what = text("age of the CSR is unknown", "CSR ファイルがいつのものかわかりません");
    return { id: "request-age", outcome: "unknown", what };
  }
  return writtenAt.getTime() < Date.parse(since)
    ? { id: "request-age", outcome: doubtful(circumstances), what: stale(comparison) }
    : {
        id: "request-age",
        outcome: "good",
        what: text("the CSR file is newer than the certificate in use", "CSR ファイルは現在の証明書より新しいものです"),
      };
};

/** When the new certificate pairs with it, the time of the file is likely to be wrong. */
function stale({ next: { evidence }, circumstances: { csr } }: Comparison): Text {
  const pairs = evidence.of === "certificate" && evidence.publicKey === csr?.request.publicKey;
  return pairs
    ? text(
        "the CSR file is older than the certificate in use, so probably that of an earlier renewal; but the new certificate was made from it, and file times are not proof",
        "CSR ファイルの日時が現在の証明書より古く、おそらく以前の更新のものです。ただし新しい証明書はこれから作られています(ファイルの日時は確実ではありません)",
      )
    : text(
        "the CSR file is older than the certificate in use: probably that of an earlier renewal (file times are not proof)",
        "CSR ファイルの日時が現在の証明書より古く、おそらく以前の更新のものです(ファイルの日時は確実ではありません)",
      );
}
