import type { Renewable, SigningRequest, SuccessorEvidence } from "../apple/index.ts";
import { toNfkcKey } from "../model/normalise.ts";
import { type ExpiringItem, type RenewalKind, isNearlySameDate } from "../nouns/renewal.ts";
import { formatMoment } from "../model/time.ts";
import { joinTexts, same, text, type Text } from "../text/index.ts";
import type { DatedItem } from "./expiry-status.ts";

// Decides whether a new certificate or token may replace the current one. @see facts 3.3 to 3.5

/** `unknown` means that the files contain too little information. */
type CheckOutcome = "good" | "warning" | "bad" | "unknown";

export interface Check {
  readonly id: CheckId;
  readonly label: Text;
  readonly outcome: CheckOutcome;
  readonly what: Text;
}

export interface CurrentItem {
  readonly expiring: Pick<DatedItem, keyof ExpiringItem>;
  readonly evidence?: SuccessorEvidence | undefined;
}

export interface FilePair {
  readonly current: CurrentItem;
  readonly next: Renewable;
  readonly csr?: SigningRequest | undefined;
  readonly now: Date;
  readonly timezone: string;
}

type OutcomeWithReason = readonly [outcome: CheckOutcome, what: Text] | undefined;

type EvidenceOf<K extends SuccessorEvidence["of"]> = Extract<SuccessorEvidence, { of: K }>;

const getEvidence = <K extends SuccessorEvidence["of"]>({ current, next }: FilePair, of: K) =>
  [current, next].map(({ evidence }) => (evidence?.of === of ? (evidence as EvidenceOf<K>) : undefined));

type ComparedValue = string | null | undefined;

/** @param shown false if the text must not contain the values */
const compareValues = (
  was: ComparedValue,
  is: ComparedValue,
  differs: readonly [CheckOutcome, Text],
  shown = true,
): OutcomeWithReason => {
  if (was === null || was === undefined || is === null || is === undefined)
    return ["unknown", text("the files do not show this", "ファイルからはわかりません")];
  const [old, found] = shown ? [`: ${was}`, `: ${was} → ${is}`] : ["", ""];
  const [outcome, { en, ja }] = differs;
  return was === is
    ? ["good", text(`unchanged${old}`, `変更なし${old}`)]
    : [outcome, text(`${en}${found}`, `${ja}${found}`)];
};

const checkFile = ({ current, next }: FilePair): OutcomeWithReason =>
  current.expiring.fingerprint === next.expiring.fingerprint
    ? ["bad", text("this file is the same as the file in use", "現在使われているファイルと同じです")]
    : undefined;

/** @see facts 3.4: a new topic disconnects enrolled devices without any message */
const checkTopic = ({ current, next }: FilePair): OutcomeWithReason => {
  const [was, is] = [current.expiring.topic, next.expiring.topic];
  if (was === null && is !== null && current.evidence === undefined)
    return ["unknown", text(`the current topic is not recorded (new: ${is})`, `現在のトピックは未登録です(新: ${is})`)];
  if (was === null || is === null)
    return ["bad", text("the topic (subject UID) is missing", "トピック(サブジェクトの UID)がありません")];
  return compareValues(was, is, [
    "bad",
    text(
      "all enrolled iPhones, iPads and Macs would stop responding. In Apple's portal, use Renew with the same Apple Account",
      "登録済みの iPhone・iPad・Mac がすべて応答しなくなります。Apple のポータルで同じ Apple Account の「Renew」を使ってください",
    ),
  ]);
};

const checkName = ({ current, next }: FilePair): OutcomeWithReason =>
  compareValues(current.expiring.name, next.expiring.name, ["warning", text("the name changes", "名前が変わります")]);

const checkExpiry = ({ current, next, timezone }: FilePair): OutcomeWithReason => {
  const [was, is] = [current.expiring.expiresAt, next.expiring.expiresAt];
  if (was === null) return undefined;
  const isEstimated = [current, next].some(({ expiring }) => expiring.certainty !== "exact");
  const sure = isEstimated ? text(" (estimated)", "(推定を含む)") : same("");
  const [old, found] = [formatMoment(was, timezone), formatMoment(is, timezone)];
  return isLaterDate(next.expiring, current.expiring)
    ? ["good", text(`extended from ${old} to ${found}${sure.en}`, `${old} から ${found} に延びます${sure.ja}`)]
    : ["bad", text(`${found} is not later than ${old}${sure.en}`, `${found} は現在の期限 ${old} 以前です${sure.ja}`)];
};

const checkValidity = ({ next: { expiring }, now, timezone }: FilePair): OutcomeWithReason => {
  const { expiresAt, validFrom } = expiring;
  const at = (when: string): string => formatMoment(when, timezone);
  if (Date.parse(expiresAt) <= now.getTime())
    return ["bad", text(`expired on ${at(expiresAt)}`, `${at(expiresAt)} に期限が切れています`)];
  if (validFrom !== null && Date.parse(validFrom) > now.getTime())
    return [
      "bad",
      text(
        `not valid before ${at(validFrom)} (is the clock of this computer right?)`,
        `${at(validFrom)} より前は有効ではありません(このコンピューターの時計を確認してください)`,
      ),
    ];
  return ["good", text("valid now", "有効です")];
};

const APPLE_ISSUED_KINDS: readonly string[] = ["push-certificate", "agent-push-certificate", "agent-build-certificate"];

const checkIssuer = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "certificate");
  if (is === undefined || !APPLE_ISSUED_KINDS.includes(pair.next.expiring.kind)) return undefined;
  return compareValues(
    was?.issuer.name,
    is.issuer.name,
    is.issuer.namesApple
      ? ["unknown", text("check the issuer in Apple's portal", "Apple のポータルで発行者を確認してください")]
      : ["bad", text("the new issuer is not Apple", "新しい発行者は Apple ではありません")],
  );
};

/** @see facts 3.4: the console's error for a certificate from another CSR */
const checkRequest = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "certificate");
  const { csr } = pair;
  if (is === undefined) return undefined;
  if (csr === undefined) {
    return pair.next.expiring.kind === "push-certificate"
      ? [
          "unknown",
          text("add --csr CertificateSigningRequest.csr", "--csr CertificateSigningRequest.csr を付けてください"),
        ]
      : undefined;
  }
  if (csr.publicKey === was?.publicKey)
    return [
      "bad",
      text(
        "this is the CSR of the certificate in use: download a new CSR, and renew with it",
        "使用中の証明書の CSR ファイルです。CSR ファイルをダウンロードし直して更新してください",
      ),
    ];
  return csr.publicKey === is.publicKey
    ? ["good", text("the public key matches the CSR", "CSR ファイルの公開鍵と一致しています")]
    : [
        "bad",
        text(
          "not made from this CSR, so the console would reject the certificate: download a new CSR, and renew with it",
          "この CSR ファイルから作られていないため、証明書は管理画面で拒否されます。CSR ファイルをダウンロードし直して更新してください",
        ),
      ];
};

/** @see facts 3.5: a renewal keeps the key pair of CLOMO, and only CLOMO can decrypt the token */
const checkAdeKey = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "ade-token");
  const [old, found] = [was?.key, is?.key];
  if (was !== undefined && (old === null) !== (found === null))
    return ["bad", text("the key decrypts only one of the tokens", "鍵で復号できるのは 2 つのトークンの一方だけです")];
  if (typeof found === "string" && found === old)
    return ["good", text(`decrypted with ${found}`, `${found} で復号できました`)];
  return compareValues(old ?? was?.recipient, found ?? is?.recipient, [
    "bad",
    text(
      "the console cannot decrypt this token: download the token of the MDM server in use, and do not change the server's public key",
      "管理画面はこのトークンを復号できません。使用中の MDM サーバーのトークンをダウンロードし、公開鍵は変えないでください",
    ),
  ]);
};

/** A different name is only a warning, because a server can be renamed. */
const checkAdeServer = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "ade-token");
  const old = pair.current.evidence === undefined ? pair.current.expiring.name : was?.server;
  return compareValues(old, is?.server, ["warning", text("was the server renamed?", "サーバー名を変更しましたか?")]);
};

/** Tokens of one server have different keys if different people downloaded them. @see apple 1 */
const checkAdeConsumer = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "ade-token");
  const differs = text(
    "another administrator's token, or another MDM server's: download the token of the MDM server in use, with the same Apple Account",
    "別の管理者か、別の MDM サーバーのトークンです。使用中の MDM サーバーのトークンを、同じ Apple Account でダウンロードしてください",
  );
  return compareValues(was?.consumer, is?.consumer, ["bad", differs], false);
};

/** @see facts 3.5: creating a new token invalidates the old token */
const checkOldToken = (): OutcomeWithReason => [
  "warning",
  text(
    "the token in use became invalid when the new token was downloaded: upload the new token now",
    "使用中のトークンは、新しいトークンのダウンロード時に無効になりました。新しいトークンをすぐにアップロードしてください",
  ),
];

const toComparedKey = (name: ComparedValue): string | undefined =>
  name === null || name === undefined ? undefined : toNfkcKey(name);

/** A different organisation is only a warning if a person typed the recorded organisation. */
const checkOrganisation = ({ current, next }: FilePair): OutcomeWithReason =>
  compareValues(toComparedKey(current.expiring.organisation), toComparedKey(next.expiring.organisation), [
    current.expiring.fingerprint === null ? "warning" : "bad",
    text("this token belongs to another organisation", "別の組織のトークンです"),
  ]);

/** @see facts 3.5: Apple writes each full-width character as `_`, so 東京 and 大阪 look the same */
const checkLocation = (pair: FilePair): OutcomeWithReason => {
  const [was, is] = getEvidence(pair, "vpp-token").map((one) => toComparedKey(one?.location));
  if (was === is && is?.includes("_") === true)
    return [
      "unknown",
      text(
        `${is}: _ stands for any full-width character; compare it with the location in Apple Business Manager`,
        `${is}: 全角文字はすべて _ になるため、Apple Business Manager の「コンテンツトークン」で場所を確認してください`,
      ),
    ];
  return compareValues(was, is, [
    "bad",
    text("this token belongs to another location, with other licences", "別の場所のトークンです(ライセンスも別です)"),
  ]);
};

export const CHECKS = {
  file: [text("different file", "別のファイル"), checkFile],
  topic: [text("topic", "トピック"), checkTopic],
  name: [text("name", "名前"), checkName],
  key: [text("encryption key", "暗号鍵"), checkAdeKey],
  server: [text("MDM server", "MDM サーバー"), checkAdeServer],
  consumer: [text("consumer key", "トークンの発行元(consumer key)"), checkAdeConsumer],
  organisation: [text("organisation", "組織"), checkOrganisation],
  location: [text("location", "場所"), checkLocation],
  expiry: [text("later expiry", "期限の延長"), checkExpiry],
  validity: [text("valid now", "現在有効"), checkValidity],
  issuer: [text("issuer", "発行者"), checkIssuer],
  "request-key": [text("matches the CSR", "CSR ファイルとの一致"), checkRequest],
  "old-token": [text("current token", "現在のトークン"), checkOldToken],
} as const satisfies Readonly<Record<string, readonly [label: Text, check: (pair: FilePair) => OutcomeWithReason]>>;

type CheckId = keyof typeof CHECKS;

const CERTIFICATE_CHECKS: readonly CheckId[] = ["file", "name", "expiry", "validity", "issuer", "request-key"];

const CHECKS_BY_KIND: Readonly<Partial<Record<RenewalKind, readonly CheckId[]>>> = {
  "push-certificate": ["file", "topic", "expiry", "validity", "issuer", "request-key"],
  "ade-token": ["file", "key", "server", "consumer", "expiry", "validity", "old-token"],
  "vpp-token": ["file", "organisation", "location", "expiry", "validity"],
  "agent-profile": ["file", "name", "expiry", "validity"],
};

/** These checks do not show whether both files belong to the same item. */
const STATE_CHECKS: readonly CheckId[] = ["file", "expiry", "validity", "old-token"];

export function compareFiles(pair: FilePair) {
  const checks = (CHECKS_BY_KIND[pair.next.expiring.kind] ?? CERTIFICATE_CHECKS).flatMap((id): readonly Check[] => {
    const [label, check] = CHECKS[id];
    const [outcome, what] = check(pair) ?? [];
    return outcome === undefined || what === undefined ? [] : [{ id, label, outcome, what }];
  });
  const bad = checks.filter(({ outcome }) => outcome === "bad");
  const isSameConsumer = checks.some(({ id, outcome }) => id === "consumer" && outcome === "good");
  const left = checks.filter(
    ({ id, outcome }) =>
      (outcome === "unknown" || outcome === "warning") &&
      !STATE_CHECKS.includes(id) &&
      // an equal consumer key proves that the server is the same, whatever its name is
      !(id === "server" && isSameConsumer),
  );
  // a rejected file does not replace the token in use, so the warning about that token is omitted
  return { checks: checks.filter(({ id }) => id !== "old-token" || bad.length === 0), bad, left };
}

export const describeChecks = (checks: readonly Check[]): Text =>
  joinTexts(
    checks.map(({ label, what }) => text(`${label.en}: ${what.en}`, `${label.ja}: ${what.ja}`)),
    text("; ", "。"),
  );

interface IdentitySource extends Pick<ExpiringItem, "organisation" | "topic"> {
  readonly kind: RenewalKind | null;
  readonly evidence?: SuccessorEvidence | undefined;
}

/** Returns a key that identifies the item before and after a renewal; undefined if unknown. @see facts 3.4, 3.5 */
export function identityOf({ kind, organisation, topic, evidence }: IdentitySource): string | undefined {
  if (evidence === undefined) return undefined;
  const parts = listIdentityParts(evidence, { organisation, topic });
  return parts.some((part) => part === null || part === undefined) ? undefined : JSON.stringify([kind, ...parts]);
}

function listIdentityParts(
  evidence: SuccessorEvidence,
  { organisation, topic }: Pick<IdentitySource, "organisation" | "topic">,
): readonly ComparedValue[] {
  switch (evidence.of) {
    case "certificate":
      return [topic, evidence.issuer.name];
    case "ade-token":
      return evidence.consumer === null ? [evidence.recipient, evidence.server] : [evidence.consumer];
    case "vpp-token": {
      const location = toComparedKey(evidence.location);
      return [toComparedKey(organisation), location?.includes("_") === true ? null : location];
    }
    case "provisioning-profile":
      return [null];
  }
}

export const isNewerFile = (
  one: { readonly expiresAt: string | null },
  other: { readonly expiresAt: string | null },
): boolean => Date.parse(one.expiresAt ?? "") > Date.parse(other.expiresAt ?? "");

/** If no file is recorded, an equal date also counts as later. */
export const isLaterDate = (
  file: { readonly expiresAt: string },
  item: { readonly expiresAt: string | null; readonly fingerprint: string | null },
): boolean =>
  isNewerFile(file, item) ||
  (item.fingerprint === null && item.expiresAt !== null && isNearlySameDate(file.expiresAt, item.expiresAt));
