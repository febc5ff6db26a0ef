import { text, type Text } from "../../text/index.ts";
import {
  type Check,
  type Comparison,
  type CurrentItem,
  toDoubtfulOutcome,
  type RequestFile,
  type CheckRule,
} from "./check.ts";

const START_AGAIN_HINT = text(
  "The console would reject the certificate (「入力エラー:正しい証明書をアップロードするか…」). Delete both files, download a new CSR, and renew with the new CSR",
  "管理画面では「入力エラー:正しい証明書をアップロードするか…」と表示されて拒否されます。両方のファイルを削除し、CSR ファイルをダウンロードし直して更新してください",
);

const CSR_NOT_SPECIFIED_CHECK: Check = {
  id: "request-key",
  outcome: "unknown",
  what: text(
    "not compared with the CSR: add --csr CertificateSigningRequest.csr. The console rejects a certificate that was made from another CSR",
    "CSR ファイルと比較していません。--csr CertificateSigningRequest.csr を付けてください。別の CSR ファイルから作った証明書は管理画面で拒否されます",
  ),
};

/** Checks that the certificate was made from the CSR.  @see facts 3.4: the console's error if they do not match */
export const checkRequestKey: CheckRule = ({
  next: { evidence, expiring },
  circumstances: { csr },
}): Check | undefined => {
  if (evidence.of !== "certificate") return undefined;
  if (csr === undefined) return expiring.kind === "push-certificate" ? CSR_NOT_SPECIFIED_CHECK : undefined;
  if (evidence.publicKey === csr.request.publicKey) {
    const what = text("the public key matches the CSR", "CSR ファイルの公開鍵と一致しています");
    return { id: "request-key", outcome: "good", what };
  }
  return {
    id: "request-key",
    outcome: "bad",
    what: text(
      `made from a different CSR. ${START_AGAIN_HINT.en}`,
      `別の CSR ファイルから作られています。${START_AGAIN_HINT.ja}`,
    ),
  };
};

/** Rejects a CSR with the key of the certificate in use, even without a new certificate; otherwise undefined. */
function checkRequestReuse(current: CurrentItem | null, { request }: RequestFile): Check | undefined {
  const evidence = current?.evidence;
  if (evidence?.of !== "certificate" || evidence.publicKey !== request.publicKey) return undefined;
  const what = text(
    `this is the CSR of the certificate in use (the public keys are the same). ${START_AGAIN_HINT.en}`,
    `現在の証明書を作ったときの CSR ファイルです(公開鍵が同じなので確実)。${START_AGAIN_HINT.ja}`,
  );
  return { id: "request-age", outcome: "bad", what };
}

/**
 * Checks the age of a CSR. A CSR with the key in use is outdated. A CSR file that is older than the certificate in use
 * is probably outdated.
 */
export const checkRequestAge: CheckRule = (comparison): Check | undefined => {
  const { current, circumstances } = comparison;
  if (circumstances.csr === undefined) return undefined;
  const { writtenAt } = circumstances.csr;
  const reused = checkRequestReuse(current, circumstances.csr);
  if (reused !== undefined) return reused;
  const since = current.expiring.validFrom ?? null;
  if (writtenAt === null || since === null) {
    const what = text("the age of the CSR is unknown", "CSR ファイルの作成時期がわかりません");
    return { id: "request-age", outcome: "unknown", what };
  }
  return writtenAt.getTime() < Date.parse(since)
    ? { id: "request-age", outcome: toDoubtfulOutcome(circumstances), what: describeOldRequest(comparison) }
    : {
        id: "request-age",
        outcome: "good",
        what: text("the CSR file is newer than the certificate in use", "CSR ファイルは現在の証明書より新しいものです"),
      };
};

/**
 * Describes a CSR file that is older than the current certificate. If the new certificate was made from this CSR, the
 * time of the file may be wrong.
 */
function describeOldRequest({ next: { evidence }, circumstances: { csr } }: Comparison): Text {
  const pairs = evidence.of === "certificate" && evidence.publicKey === csr?.request.publicKey;
  return pairs
    ? text(
        "the CSR file is older than the certificate in use, so it is probably from an earlier renewal. However, the new certificate was made from this CSR, and file times can be wrong",
        "CSR ファイルの日時が現在の証明書より古く、おそらく以前の更新で使ったファイルです。ただし、新しい証明書はこの CSR から作られています(ファイルの日時は正確とは限りません)",
      )
    : text(
        "the CSR file is older than the certificate in use, so it is probably from an earlier renewal (file times can be wrong)",
        "CSR ファイルの日時が現在の証明書より古く、おそらく以前の更新で使ったファイルです(ファイルの日時は正確とは限りません)",
      );
}
