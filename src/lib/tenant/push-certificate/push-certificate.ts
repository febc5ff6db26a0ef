import { createPublicKey, X509Certificate } from "node:crypto";
import { commandName } from "../../advice/index.ts";
import { attempt } from "../../apple/encoding/foreign.ts";
import { latin1Of, pemBlocks } from "../../apple/encoding/pem.ts";
import { readRenewables, type Renewable } from "../../apple/index.ts";
import { fingerprintOf } from "../../apple/renewable.ts";
import { createCertificateRequest, createRequestKey } from "../../apple/keys/certificate-request.ts";
import { Failure } from "../../errors/index.ts";
import { REQUEST_FILE, SIMULATOR_LINES, type AdeEndpoint } from "../../model/ade.ts";
import { emailKey } from "../../model/normalise.ts";
import {
  profilePasswordFault,
  PUSH_CERTIFICATE,
  requestFault,
  USUAL_COUNTRY,
  type PushCertificate,
  type RequestFields,
} from "../../model/push-certificate.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { judgeReplacement } from "../../renewals/replacement/index.ts";
import type { Check, Current } from "../../renewals/replacement/check.ts";
import { counted, text, type Text } from "../../text/index.ts";
import { shownOption } from "../../text/shell-word.ts";
import { instant } from "../ids.ts";
import type { ChangedObject, Session } from "../session.ts";
import { countEnrolled, NOT_STAGED, readPush, writePush, type StoredPush } from "./certificate-rows.ts";
import { listItems } from "../renewals/renewal-rows.ts";
import type { Reader } from "../store/store.ts";
import { readServer } from "../ade/server-rows.ts";
import { CONSOLE_STEPS, endpointOf, refuseMirror, refuseSimulated, type AppleAccess } from "../ade/guard.ts";
import { keptSecrets } from "../ade/sealed.ts";
import { keepOwnRenewal } from "../renewals/renewals.ts";

/** What keys are sealed by. */
export interface PushParts {
  readonly session: Session;
  readonly sealing: AppleAccess["sealing"];
}

const PURPOSE = "push-certificate";
const LOCKS = ["push-certificate"];
const KIND = "push-certificate";

/** What the audit calls it. */
const OBJECT: ChangedObject = {
  thing: PUSH_CERTIFICATE.name,
  id: PUSH_CERTIFICATE.name,
  name: RENEWAL_KINDS["push-certificate"].ja,
};

/** How the tenant stands with its push certificate. */
export const showPush = (session: Session): Promise<PushCertificate> => session.read(stateOf);

async function stateOf(reader: Reader): Promise<PushCertificate> {
  const stored = await readPush(reader);
  const { stagedEmail, stagedName, stagedCountry, stagedAt, stagedPublicKey } = stored;
  const issuer = evidenceOf(stored)?.issuer;
  const yes = (value: number | null): boolean | null => (value === null ? null : value === 1);
  return {
    topic: stored.topic,
    name: stored.name,
    expiresAt: stored.expiresAt,
    validFrom: stored.validFrom,
    appleAccount: stored.appleAccount ?? (await recordedItem(reader))?.account ?? null,
    issuedByApple: yes(stored.issuedByApple),
    issuer: issuer?.name ?? null,
    issuerKeyId: issuer?.keyId ?? null,
    simulated: yes(stored.simulated),
    fingerprint: stored.fingerprint,
    publicKey: stored.publicKey,
    uploadedAt: stored.uploadedAt,
    uploadedBy: stored.uploadedBy,
    request:
      stagedAt === null
        ? null
        : {
            email: stagedEmail ?? "",
            name: stagedName ?? "",
            country: stagedCountry ?? "",
            createdAt: stagedAt,
            publicKey: stagedPublicKey ?? "",
          },
    profilePasswordSetAt: stored.profilePasswordSetAt,
    enrolledDevices: await countEnrolled(reader),
    simulator: endpointOf(await readServer(reader))?.kind === "simulator",
  };
}

/** What the stored certificate says of its issuer and its key; undefined if it cannot be read. */
function evidenceOf({ certificate }: Pick<StoredPush, "certificate">) {
  if (certificate === null) return undefined;
  const [found] = attempt(() => readRenewables({ name: KIND, bytes: Buffer.from(certificate) })) ?? [];
  return found?.evidence.of === "certificate" ? found.evidence : undefined;
}

/** What was recorded by hand before the tenant had a certificate of its own: of several nobody knows which one it is. */
const recordedItem = async (reader: Reader) => {
  const [one, ...others] = (await listItems(reader)).filter(({ kind }) => kind === KIND);
  return others.length === 0 ? one : undefined;
};

/** A signing request, as it is asked for: what is missing is the staged one's. */
export interface WantedRequest extends Partial<Record<keyof RequestFields, string | undefined>> {
  readonly startOver?: boolean | undefined;
}

/** A signing request, and how the tenant stands by then. */
export interface MadeRequest {
  /** PKCS#10 in PEM */
  readonly request: string;
  /** false: it was staged before */
  readonly created: boolean;
  readonly certificate: PushCertificate;
}

/**
 * Makes a key with its signing request; the staged one's again where there is one, unless it is to be thrown away.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` where a part of it breaks its rule, is missing, or is
 *   another one than the staged request's, or where the key that seals was lost, or is another one, unless one starts over
 * @see facts 3.3: the parts, and that starting over makes what was begun useless
 */
export const stageRequest = async ({ session, sealing }: PushParts, wanted: WantedRequest): Promise<MadeRequest> => {
  const { before, kept } = await session.read(async (reader) => {
    await refuseMirror(reader, CONSOLE_STEPS.push);
    return { before: await readPush(reader), kept: await keptSecrets(reader, wanted.startOver) };
  });
  const subject = subjectOf(before, wanted);
  // half a second of work, which no lock waits for
  const made = before.stagedRequest === null || wanted.startOver === true ? await makeRequest(subject) : undefined;
  // a request whose key is lost is not given again
  if (made === undefined && before.stagedKey !== null) await sealing.unseal(PURPOSE, before.stagedKey);
  const stagedKey = made && (await sealing.seal(PURPOSE, made.privateKey, kept));
  const done = await session.change<MadeRequest | undefined>(
    { action: "push-certificate.request", locks: LOCKS },
    async (writer) => {
      await refuseMirror(writer, CONSOLE_STEPS.push);
      const { stagedRequest, stagedKey: present } = await readPush(writer);
      // another process may have staged one meanwhile
      if (stagedRequest !== null && present !== before.stagedKey) return { result: undefined, objects: [] };
      if (made === undefined && stagedRequest !== null) {
        const result = { request: stagedRequest, created: false, certificate: await stateOf(writer) };
        return { result, objects: [] };
      }
      if (made === undefined || stagedKey === undefined) throw GONE_MEANWHILE;
      await writePush(writer, {
        stagedKey,
        stagedRequest: made.request,
        stagedPublicKey: made.publicKey,
        stagedEmail: subject.email,
        stagedName: subject.name,
        stagedCountry: subject.country,
        stagedAt: instant(session.surroundings),
      });
      const certificate = await stateOf(writer);
      const result = { request: made.request, created: true, certificate };
      return { result, objects: [OBJECT], after: { request: certificate.request } };
    },
  );
  return done ?? stageRequest({ session, sealing }, { ...wanted, startOver: false });
};

const GONE_MEANWHILE = new Failure("conflict", {
  what: text(
    "the signing request was used or thrown away meanwhile; nothing was done",
    "その間に CSR が使用または破棄されたため、何もしていません",
  ),
  hint: text("look at it again: clomoctl push-cert status", "確認するには: clomoctl push-cert status"),
});

interface MadeKey {
  readonly privateKey: string;
  readonly request: string;
  /** SHA-256 of the public key (SPKI, DER) */
  readonly publicKey: string;
}

async function makeRequest(subject: RequestFields): Promise<MadeKey> {
  const privateKey = await createRequestKey();
  const publicKey = fingerprintOf(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
  return { privateKey, request: await createCertificateRequest({ privateKey, ...subject }), publicKey };
}

/** @throws Failure `input-rejected` */
function subjectOf(stored: StoredPush, { startOver = false, ...wanted }: WantedRequest): RequestFields {
  const staged = { email: stored.stagedEmail, name: stored.stagedName, country: stored.stagedCountry };
  const part = (name: keyof RequestFields, usual?: string): string => {
    const typed = name === "country" ? wanted[name]?.toUpperCase() : wanted[name];
    const was = staged[name];
    const value = typed ?? was ?? usual;
    if (value === undefined) throw missing(name);
    const fault = requestFault(name, value);
    if (fault !== undefined) throw rejected(fault, `--${name}`);
    if (was !== null && value !== was && !startOver) throw otherSubject(was, value);
    return value;
  };
  return { email: part("email"), name: part("name"), country: part("country", USUAL_COUNTRY) };
}

const rejected = (what: Text, where?: string, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

const missing = (name: keyof RequestFields): Failure => {
  const { [name]: field } = PUSH_CERTIFICATE.fields.request.of;
  return rejected(
    text(`a signing request needs: ${field.label.en}`, `CSR の作成に必要です: ${field.label.ja}`),
    `--${name}`,
    text(
      "such as: clomoctl push-cert csr --email mdm@example.co.jp --name 'Hanako Yamada' -o CertificateSigningRequest.csr",
      "例: clomoctl push-cert csr --email mdm@example.co.jp --name 'Hanako Yamada' -o CertificateSigningRequest.csr",
    ),
  );
};

const otherSubject = (was: string, value: string): Failure =>
  rejected(
    text(
      `a signing request is staged that says ${was}, not ${value}`,
      `作成済みの CSR は「${value}」ではなく「${was}」です`,
    ),
    undefined,
    text(
      "to write that one again leave the options out; --start-over throws it away, and with it a certificate that was made from it",
      "その CSR を書き出すにはオプションを省略してください。--start-over で破棄できますが、それから作成した証明書は使えなくなります",
    ),
  );

/** A certificate that is to be taken over. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly appleAccount: string;
  readonly acceptLosingDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** What taking it over came to. */
export interface UploadResult {
  readonly unchanged: boolean;
  readonly before: PushCertificate;
  readonly after: PushCertificate;
  readonly warnings: Text[];
  /** devices that have to be enrolled again; null where the topic stays */
  readonly losing: number | null;
  readonly dryRun: boolean;
}

/**
 * Takes over the certificate that was made from the staged request, and records when it expires.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` where it is another request's, too old, of the simulator
 *   where the endpoint is none, or its topic is another one, and not this number of devices was given up
 * @see facts 3.3, 3.4
 */
export const uploadPush = (session: Session, file: UploadedFile): Promise<UploadResult> => {
  const { appleAccount, dryRun = false } = file;
  const change = { action: "push-certificate.upload", locks: [...LOCKS, "renewals"], dryRun };
  return session.change<UploadResult>(change, async (writer) => {
    const { endpoint } = await refuseMirror(writer, CONSOLE_STEPS.push);
    const stored = await readPush(writer);
    const before = await stateOf(writer);
    const { next, pem } = certificateIn(file);
    const isSame = next.expiring.fingerprint === stored.fingerprint;
    if (isSame && emailKey(stored.appleAccount ?? "") === emailKey(appleAccount)) {
      return { result: { unchanged: true, before, after: before, warnings: [], losing: null, dryRun }, objects: [] };
    }
    const accountFault = requestFault("email", appleAccount);
    if (accountFault !== undefined) throw rejected(accountFault, "--apple-account");
    if (next.simulated === true) refuseSimulated({ endpoint }, file.name);
    const isSimulated = next.simulated === true;
    // what was recorded of a real one is none of a rehearsal's business
    const recorded = isSimulated ? undefined : await recordedItem(writer);
    const judged = isSame ? UNJUDGED : judge({ stored, recorded, next }, { session, name: file.name, endpoint });
    const losing = judged.formerTopic === undefined ? null : before.enrolledDevices;
    if (judged.formerTopic !== undefined && file.acceptLosingDevices !== before.enrolledDevices) {
      throw otherTopic(judged.formerTopic, next, { ...file, enrolled: before.enrolledDevices, endpoint });
    }
    const { topic } = next.expiring;
    const items = await listItems(writer);
    const listed = isSimulated ? undefined : items.find((item) => item.kind === KIND && item.topic === topic);
    const own = listed?.id ?? stored.renewal ?? recorded?.id;
    const { kind, name, expiresAt, fingerprint } = next.expiring;
    const simulated = isSimulated;
    const expiry = { kind, name, organisation: null, expiresAt, fingerprint, topic, account: appleAccount, simulated };
    const renewal = await keepOwnRenewal(writer, session, own ?? null, expiry);
    await writePush(writer, { ...(isSame ? {} : takenOver(session, stored, { next, pem })), appleAccount, renewal });
    const after = await stateOf(writer);
    const warnings = [...judged.warnings, ...accountWarning(before.appleAccount, appleAccount)];
    return {
      result: { unchanged: false, before, after, warnings, losing, dryRun },
      objects: [OBJECT],
      before: toldOf(before),
      after: { ...toldOf(after), losing },
    };
  });
};

/** @see facts 3.3, 3.4: a renewal with another account is another certificate, unless Apple has moved it */
const accountWarning = (was: string | null, is: string): readonly Text[] =>
  was === null || emailKey(was) === emailKey(is)
    ? []
    : [
        text(
          `the recorded Apple Account was ${was}: next year renew with ${is}, and only if Apple's portal lists the certificate there`,
          `記録されていた Apple Account は ${was} でした。次回の更新では ${is} を使います。Apple のポータルでこの証明書が一覧に表示されることを確認してください`,
        ),
      ];

/** What the audit is told: what the certificate says, and whose it is. */
const toldOf = ({ topic, name, expiresAt, appleAccount, issuedByApple, fingerprint, publicKey }: PushCertificate) => ({
  topic,
  name,
  expiresAt,
  appleAccount,
  issuedByApple,
  fingerprint,
  publicKey,
});

const takenOver = (
  session: Session,
  { stagedKey }: StoredPush,
  { next: { expiring, evidence, simulated }, pem }: ReadCertificate,
): Partial<StoredPush> => ({
  ...NOT_STAGED,
  certificate: pem,
  privateKey: stagedKey,
  topic: expiring.topic,
  name: expiring.name,
  expiresAt: expiring.expiresAt,
  validFrom: expiring.validFrom,
  issuedByApple: Number(evidence.of === "certificate" && evidence.issuer.namesApple),
  simulated: Number(simulated === true),
  fingerprint: expiring.fingerprint,
  publicKey: evidence.of === "certificate" ? evidence.publicKey : null,
  uploadedAt: instant(session.surroundings),
  uploadedBy: session.actor,
});

interface ReadCertificate {
  readonly next: Renewable;
  /** of the certificate alone: a file may have a private key, too */
  readonly pem: string;
}

/** @throws Failure `input-rejected` unless the file has one push certificate, in PEM or DER */
function certificateIn({ name, bytes }: UploadedFile): ReadCertificate {
  const found = readRenewables({ name, bytes }).filter(({ expiring }) => expiring.kind === KIND);
  const [next, ...others] = found;
  if (next === undefined || others.length > 0) {
    throw rejected(
      next === undefined
        ? text("not an MDM push certificate", "MDM プッシュ通知証明書ではありません")
        : text("the file contains several push certificates", "このファイルにはプッシュ通知証明書が複数あります"),
      name,
      AS_DOWNLOADED,
    );
  }
  const written = [...pemBlocks(latin1Of(bytes))].map((block) => block.text);
  for (const one of [...written, bytes]) {
    const certificate = attempt(() => new X509Certificate(one));
    if (certificate === undefined || fingerprintOf(certificate.raw) !== next.expiring.fingerprint) continue;
    return { next, pem: certificate.toString() };
  }
  throw rejected(
    text("neither PEM nor DER: it is read for its date alone", "PEM でも DER でもないため、アップロードできません"),
    name,
    AS_DOWNLOADED,
  );
}

const AS_DOWNLOADED = text(
  "use the file exactly as downloaded from Apple's portal: MDM_…_Certificate.pem",
  "Apple のポータルからダウンロードしたファイルをそのまま指定してください: MDM_…_Certificate.pem",
);

const NEWEST = text(
  "take the newest one from Apple's portal (Renew, then Download)",
  "Apple のポータルで最新のもの(「Renew」のあと「Download」)を使ってください",
);

type Endpoint = AdeEndpoint | null;

/** The ways out at a simulator, which stands in for Apple's portal. */
const atSimulator = (url: string, { topic, appleAccount }: Pick<StoredPush, "topic" | "appleAccount">) => {
  const line = SIMULATOR_LINES.pushCertificate(url, topic);
  const make = makeLine(appleAccount);
  return {
    newest: text(`get another one from the simulator: ${line}`, `シミュレーターから新しい証明書を取得します: ${line}`),
    makeRequest: text(
      `make one, and get a certificate for it from the simulator: ${make}; then ${line}`,
      `CSR を作成し(${make})、シミュレーターから証明書を取得してください: ${line}`,
    ),
    cure: text(
      `write the staged one once more (${WRITE_AGAIN}), and get a certificate for it from the simulator: ${line}`,
      `作成済みの CSR をもう一度書き出し(${WRITE_AGAIN})、シミュレーターから証明書を取得してください: ${line}`,
    ),
    sameTopic: (former: string) => {
      const renew = SIMULATOR_LINES.pushCertificate(url, former);
      return text(
        `write the staged request once more (${WRITE_AGAIN}), and renew the certificate in use with it: ${renew}`,
        `作成済みの CSR をもう一度書き出し(${WRITE_AGAIN})、使用中の証明書を更新してください: ${renew}`,
      );
    },
  };
};

/** What a certificate comes to beside the one in use. */
interface CertificateJudgement {
  /** undefined where it stays, or was never known */
  readonly formerTopic: string | undefined;
  readonly warnings: readonly Text[];
}

const UNJUDGED: CertificateJudgement = { formerTopic: undefined, warnings: [] };

interface CertificateReplacement {
  readonly stored: StoredPush;
  /** what was recorded by hand, where the tenant had no certificate of its own yet */
  readonly recorded: RenewalItem | undefined;
  readonly next: Renewable;
}

/** @throws Failure `input-rejected` where it is no successor, another topic aside */
function judge(
  { stored, recorded, next }: CertificateReplacement,
  { session, name, endpoint }: { readonly session: Session; readonly name: string; readonly endpoint: Endpoint },
): CertificateJudgement {
  const there = endpoint?.kind === "simulator" ? atSimulator(endpoint.url, stored) : undefined;
  const { stagedPublicKey, stagedAt } = stored;
  if (stagedPublicKey === null || stagedAt === null)
    throw rejected(NONE_STAGED, name, there?.makeRequest ?? makeRequestFor(stored));
  const csr = {
    request: { publicKey: stagedPublicKey, vendorSigned: false },
    writtenAt: new Date(stagedAt),
  };
  const current = currentOf(stored, recorded, next);
  const now = new Date(session.surroundings.now());
  const circumstances = { csr, now, simulator: there !== undefined, strict: false };
  const { checks, leftToCheck } = judgeReplacement(current, next, circumstances);
  const bad = (id: Check["id"]): Check | undefined =>
    checks.find((check) => check.id === id && check.outcome === "bad");
  if (bad("request-key") !== undefined) throw rejected(OTHER_REQUEST, name, there?.cure ?? CURE);
  const refused = bad("validity") ?? bad("expiry") ?? bad("issuer") ?? bad("signature");
  if (refused !== undefined) throw rejected(refused.what, name, there?.newest ?? NEWEST);
  // the first certificate is compared with nothing
  const doubtful = checks.filter(
    ({ id, outcome }) => outcome === "warning" || (id !== "kind" && leftToCheck.includes(id)),
  );
  return {
    formerTopic: bad("topic") === undefined ? undefined : (current?.expiring.topic ?? undefined),
    warnings: doubtful.map(({ what }) => what),
  };
}

/** What the tenant uses; else what somebody recorded, unless that is this very certificate. */
function currentOf(stored: StoredPush, recorded: RenewalItem | undefined, next: Renewable): Current | null {
  const { topic, name, expiresAt, validFrom, fingerprint } = stored;
  if (topic !== null && expiresAt !== null) {
    const expiring = {
      kind: KIND,
      name: name ?? topic,
      expiresAt,
      validFrom,
      certainty: "exact",
      fingerprint,
      topic,
    } as const;
    return { expiring: { ...expiring, organisation: null }, evidence: evidenceOf(stored) };
  }
  if (recorded === undefined || recorded.fingerprint === next.expiring.fingerprint) return null;
  return { expiring: { ...recorded, validFrom: null } };
}

const NONE_STAGED = text(
  "no signing request is staged that a certificate could belong to",
  "この証明書に対応する CSR がありません",
);

const makeLine = (account: string | null): string =>
  `clomoctl push-cert csr ${shownOption("--email", account ?? "MAIL")} --name NAME -o ${REQUEST_FILE}`;

const makeRequestFor = ({ appleAccount }: Pick<StoredPush, "appleAccount">): Text => {
  const line = makeLine(appleAccount);
  return text(
    `make one, and renew in Apple's portal with it: ${line}`,
    `CSR を作成し、それを使って Apple のポータルで更新してください: ${line}`,
  );
};

const OTHER_REQUEST = text(
  "this certificate was made from another signing request than the staged one",
  "この証明書は、作成済みの CSR とは別の CSR から作られています",
);

const WRITE_AGAIN = `clomoctl push-cert csr -o ${REQUEST_FILE}`;

/** Beginning anew, as the console's wizard wants it, would end a key whose certificate may still come. @see facts 3.4 */
const CURE = text(
  `write the staged one once more, and Renew in Apple's portal with that file: ${WRITE_AGAIN}`,
  `作成済みの CSR をもう一度書き出し、Apple のポータルではそのファイルで「Renew」してください: ${WRITE_AGAIN}`,
);

const SAME_TOPIC = text(
  `in Apple's portal, sign in with the same Apple Account and use Renew on the certificate in use, never Create a Certificate, with the staged request (to write it once more: ${WRITE_AGAIN})`,
  `Apple のポータルで同じ Apple Account を使い、作成済みの CSR で既存の行の「Renew」を選んで作り直してください(「Create a Certificate」は使わない)。CSR をもう一度書き出すには: ${WRITE_AGAIN}`,
);

/** @see facts 3.4: a changed topic cuts every enrolled device off */
function otherTopic(
  former: string,
  { expiring }: Renewable,
  {
    name,
    acceptLosingDevices,
    enrolled,
    endpoint,
  }: UploadedFile & { readonly enrolled: number; readonly endpoint: Endpoint },
): Failure {
  const devices = counted(enrolled, "enrolled device");
  const cure =
    endpoint?.kind === "simulator"
      ? atSimulator(endpoint.url, { topic: former, appleAccount: null }).sameTopic(former)
      : SAME_TOPIC;
  if (acceptLosingDevices !== undefined) {
    return rejected(
      text(
        `${devices} would fall silent, not ${acceptLosingDevices}; nothing was changed`,
        `応答しなくなる管理中のデバイスは ${enrolled} 件で、${acceptLosingDevices} 件ではありません。何も変更していません`,
      ),
      "--accept-losing-devices",
    );
  }
  return rejected(
    text(
      `the topic would change from ${former} to ${expiring.topic ?? ""}: ${devices} would stop responding until enrolled again`,
      `トピックが ${former} から ${expiring.topic ?? ""} に変わります。管理中のデバイス ${enrolled} 件が、再登録するまで応答しなくなります`,
    ),
    name,
    text(
      `${cure.en}; to give the devices up: --accept-losing-devices ${enrolled}`,
      `${cure.ja}。デバイスの再登録を承知のうえで続けるには: --accept-losing-devices ${enrolled}`,
    ),
  );
}

/** @see facts 3.3 */
const PASSWORD_STEPS = text(
  `in the console it is set together with the certificate: Settings › Mobile Device Management › iOS/macOS › 基本設定 › MDM 構成プロファイルの作成ウィザード; see ${commandName("renewals guide")} push-certificate`,
  `管理画面では証明書と一緒に設定します。Settings › Mobile Device Management › iOS/macOS › 基本設定 で「MDM 構成プロファイルの作成ウィザード」を使ってください。手順: ${commandName("renewals guide")} push-certificate`,
);

/**
 * Records that the password for installing the profile by hand was set, and when; the password is kept nowhere.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` where it breaks its rule
 */
export const setProfilePassword = (session: Session, password: string): Promise<PushCertificate> => {
  return session.change({ action: "push-certificate.profile-password", locks: LOCKS }, async (writer) => {
    await refuseMirror(writer, PASSWORD_STEPS);
    const fault = profilePasswordFault(password);
    if (fault !== undefined) throw rejected(fault);
    const { profilePasswordSetAt: former } = await readPush(writer);
    const profilePasswordSetAt = instant(session.surroundings);
    await writePush(writer, { profilePasswordSetAt });
    const result = await stateOf(writer);
    return { result, objects: [OBJECT], before: { profilePasswordSetAt: former }, after: { profilePasswordSetAt } };
  });
};
