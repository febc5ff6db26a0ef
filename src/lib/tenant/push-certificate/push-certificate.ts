import { line, type CommandLine } from "../../advice/index.ts";
import { createPublicKey, X509Certificate } from "node:crypto";
import { attempt } from "../../apple/encoding/foreign.ts";
import { decodeLatin1, findPemBlocks } from "../../apple/encoding/pem.ts";
import { readRenewables, type Renewable } from "../../apple/index.ts";
import { fingerprintOf } from "../../apple/renewable.ts";
import { createCertificateRequest, createRequestKey } from "../../apple/keys/certificate-request.ts";
import { Failure } from "../../errors/index.ts";
import { REQUEST_FILE, SIMULATOR_COMMANDS, type AdeEndpoint } from "../../model/ade.ts";
import { emailKey } from "../../model/normalise.ts";
import {
  validateProfilePassword,
  PUSH_CERTIFICATE,
  validateRequestField,
  DEFAULT_COUNTRY,
  type PushCertificate,
  type SigningRequestSubject,
} from "../../model/push-certificate.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { judgeReplacement } from "../../renewals/replacement/index.ts";
import type { Check, CurrentItem } from "../../renewals/replacement/check.ts";
import { formatCount, text, type Text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { ChangedObject, Session } from "../session.ts";
import {
  countEnrolledDevices,
  CLEARED_REQUEST_FIELDS,
  readStoredPush,
  updateStoredPush,
  type StoredPushCertificate,
} from "./certificate-rows.ts";
import { listRenewalItems } from "../renewals/renewal-rows.ts";
import type { Reader } from "../store/store.ts";
import { readServer } from "../ade/server-rows.ts";
import { CONSOLE_STEPS, endpointOf, refuseMirror, refuseSimulated, type AppleAccess } from "../ade/guard.ts";
import { listSealedSecrets } from "../ade/sealed.ts";
import { storeOwnExpiry } from "../renewals/renewals.ts";

/** The session, and the encryption with which keys are sealed. */
export interface PushCertificateContext {
  readonly session: Session;
  readonly sealing: AppleAccess["sealing"];
}

const SEALING_PURPOSE = "push-certificate";
const PUSH_CERTIFICATE_LOCKS = ["push-certificate"];
const PUSH_RENEWAL_KIND = "push-certificate";

/** The push certificate, as the changed object in audit records. */
const PUSH_CERTIFICATE_AUDIT_OBJECT: ChangedObject = {
  thing: PUSH_CERTIFICATE.name,
  id: PUSH_CERTIFICATE.name,
  name: RENEWAL_KINDS["push-certificate"].ja,
};

/** Returns the state of the tenant's push certificate. */
export const getPushCertificate = (session: Session): Promise<PushCertificate> => session.read(readPushState);

async function readPushState(reader: Reader): Promise<PushCertificate> {
  const stored = await readStoredPush(reader);
  const { stagedEmail, stagedName, stagedCountry, stagedAt, stagedPublicKey } = stored;
  const issuer = readStoredEvidence(stored)?.issuer;
  const yes = (value: number | null): boolean | null => (value === null ? null : value === 1);
  return {
    topic: stored.topic,
    name: stored.name,
    expiresAt: stored.expiresAt,
    validFrom: stored.validFrom,
    appleAccount: stored.appleAccount ?? (await findRecordedItem(reader))?.account ?? null,
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
    enrolledDevices: await countEnrolledDevices(reader),
    simulator: endpointOf(await readServer(reader))?.kind === "simulator",
  };
}

/**
 * Returns what the stored certificate shows about its issuer and key; undefined if the certificate is missing or
 * unreadable.
 */
function readStoredEvidence({ certificate }: Pick<StoredPushCertificate, "certificate">) {
  if (certificate === null) return undefined;
  const [found] = attempt(() => readRenewables({ name: PUSH_RENEWAL_KIND, bytes: Buffer.from(certificate) })) ?? [];
  return found?.evidence.of === "certificate" ? found.evidence : undefined;
}

/**
 * Returns the renewal item that was recorded manually before the tenant had its own certificate; undefined if several
 * items are recorded, because it is not known which of them is in use.
 */
const findRecordedItem = async (reader: Reader) => {
  const [one, ...others] = (await listRenewalItems(reader)).filter(({ kind }) => kind === PUSH_RENEWAL_KIND);
  return others.length === 0 ? one : undefined;
};

/** The requested values of a signing request. Missing values are taken from the staged request. */
export interface SigningRequestOptions extends Partial<Record<keyof SigningRequestSubject, string | undefined>> {
  readonly startOver?: boolean | undefined;
}

/** A signing request, and the resulting state of the tenant's push certificate. */
export interface SigningRequestResult {
  /** the request (PKCS#10) in PEM */
  readonly request: string;
  /** false if the request was already staged before */
  readonly created: boolean;
  readonly certificate: PushCertificate;
}

/**
 * Creates a key and its signing request. If a request is already staged, returns the staged request, unless the caller
 * starts over.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` if a value violates its rule, is missing or differs
 * from the staged request; `input-rejected` if the key that seals secrets was lost or replaced, unless the caller
 * starts over
 * @see facts 3.3: the values of the request, and that starting over makes an earlier request useless
 */
export const stageSigningRequest = async (
  { session, sealing }: PushCertificateContext,
  wanted: SigningRequestOptions,
): Promise<SigningRequestResult> => {
  const { before, kept } = await session.read(async (reader) => {
    await refuseMirror(reader, CONSOLE_STEPS.push);
    return { before: await readStoredPush(reader), kept: await listSealedSecrets(reader, wanted.startOver) };
  });
  const subject = resolveRequestFields(before, wanted);
  // creating the key takes half a second, so this is done before the lock is taken
  const made =
    before.stagedRequest === null || wanted.startOver === true ? await createKeyAndRequest(subject) : undefined;
  // a staged request must not be returned again if its key is lost
  if (made === undefined && before.stagedKey !== null) await sealing.unseal(SEALING_PURPOSE, before.stagedKey);
  const stagedKey = made && (await sealing.seal(SEALING_PURPOSE, made.privateKey, kept));
  const done = await session.change<SigningRequestResult | undefined>(
    { action: "push-certificate.request", locks: PUSH_CERTIFICATE_LOCKS },
    async (writer) => {
      await refuseMirror(writer, CONSOLE_STEPS.push);
      const { stagedRequest, stagedKey: present } = await readStoredPush(writer);
      // another process may have staged a request in the meantime
      if (stagedRequest !== null && present !== before.stagedKey) return { result: undefined, objects: [] };
      if (made === undefined && stagedRequest !== null) {
        const result = { request: stagedRequest, created: false, certificate: await readPushState(writer) };
        return { result, objects: [] };
      }
      if (made === undefined || stagedKey === undefined) throw REQUEST_GONE_FAILURE;
      await updateStoredPush(writer, {
        stagedKey,
        stagedRequest: made.request,
        stagedPublicKey: made.publicKey,
        stagedEmail: subject.email,
        stagedName: subject.name,
        stagedCountry: subject.country,
        stagedAt: getCurrentInstant(session.surroundings),
      });
      const certificate = await readPushState(writer);
      const result = { request: made.request, created: true, certificate };
      return { result, objects: [PUSH_CERTIFICATE_AUDIT_OBJECT], after: { request: certificate.request } };
    },
  );
  return done ?? stageSigningRequest({ session, sealing }, { ...wanted, startOver: false });
};

const REQUEST_GONE_FAILURE = new Failure("conflict", {
  what: text(
    "the signing request was used or discarded in the meantime; nothing was changed",
    "その間に CSR が使用または破棄されたため、何も変更していません",
  ),
  hint: text(
    `check the current state: ${line("push-certificate status", [])}`,
    `確認するには: ${line("push-certificate status", [])}`,
  ),
});

interface CreatedRequest {
  readonly privateKey: string;
  readonly request: string;
  /** SHA-256 of the public key (SPKI, DER) */
  readonly publicKey: string;
}

async function createKeyAndRequest(subject: SigningRequestSubject): Promise<CreatedRequest> {
  const privateKey = await createRequestKey();
  const publicKey = fingerprintOf(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
  return { privateKey, request: await createCertificateRequest({ privateKey, ...subject }), publicKey };
}

/**
 * Determines a request's values from the options, the staged request and the defaults. @throws Failure `input-rejected`
 */
function resolveRequestFields(
  stored: StoredPushCertificate,
  { startOver = false, ...wanted }: SigningRequestOptions,
): SigningRequestSubject {
  const staged = { email: stored.stagedEmail, name: stored.stagedName, country: stored.stagedCountry };
  const part = (name: keyof SigningRequestSubject, usual?: string): string => {
    const typed = name === "country" ? wanted[name]?.toUpperCase() : wanted[name];
    const was = staged[name];
    const value = typed ?? was ?? usual;
    if (value === undefined) throw createMissingFieldFailure(name);
    const fault = validateRequestField(name, value);
    if (fault !== undefined) throw createRejectedInputFailure(fault, `--${name}`);
    if (was !== null && value !== was && !startOver) throw createDifferentRequestFailure(was, value);
    return value;
  };
  return { email: part("email"), name: part("name"), country: part("country", DEFAULT_COUNTRY) };
}

const createRejectedInputFailure = (what: Text, where?: string, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

const createMissingFieldFailure = (name: keyof SigningRequestSubject): Failure => {
  const { [name]: field } = PUSH_CERTIFICATE.fields.request.of;
  return createRejectedInputFailure(
    text(
      `a value is missing for the signing request: ${field.label.en}`,
      `CSR の作成に必要な値がありません: ${field.label.ja}`,
    ),
    `--${name}`,
    text(`for example: ${EXAMPLE_REQUEST_COMMAND}`, `例: ${EXAMPLE_REQUEST_COMMAND}`),
  );
};

const createDifferentRequestFailure = (was: string, value: string): Failure =>
  createRejectedInputFailure(
    text(
      `the staged signing request contains "${was}", not "${value}"`,
      `作成済みの CSR に指定された値は「${was}」で、「${value}」ではありません`,
    ),
    undefined,
    text(
      "to write the staged request again, omit the options; to discard it, use --start-over (a certificate made from it can then no longer be used)",
      "その CSR を書き出すには、オプションを省略してください。破棄するには --start-over を指定してください(その CSR から作成した証明書は使えなくなります)",
    ),
  );

/** A certificate file to upload. */
export interface CertificateUpload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly appleAccount: string;
  readonly acceptLosingDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The result of uploading a certificate. */
export interface CertificateUploadResult {
  readonly unchanged: boolean;
  readonly before: PushCertificate;
  readonly after: PushCertificate;
  readonly warnings: Text[];
  /** number of devices that must be enrolled again; null if the topic does not change */
  readonly losing: number | null;
  readonly dryRun: boolean;
}

/**
 * Stores the certificate that was made from the staged request, and records when it expires.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` if the certificate was made from another request, is
 * too old, or comes from the simulator although the endpoint is not a simulator; `input-rejected` if its topic is
 * different and the caller did not accept the number of affected devices
 * @see facts 3.3, 3.4
 */
export const uploadPushCertificate = (session: Session, file: CertificateUpload): Promise<CertificateUploadResult> => {
  const { appleAccount, dryRun = false } = file;
  const change = { action: "push-certificate.upload", locks: [...PUSH_CERTIFICATE_LOCKS, "renewals"], dryRun };
  return session.change<CertificateUploadResult>(change, async (writer) => {
    const { endpoint } = await refuseMirror(writer, CONSOLE_STEPS.push);
    const stored = await readStoredPush(writer);
    const before = await readPushState(writer);
    const { next, pem } = readCertificateFile(file);
    const isSame = next.expiring.fingerprint === stored.fingerprint;
    if (isSame && emailKey(stored.appleAccount ?? "") === emailKey(appleAccount)) {
      return { result: { unchanged: true, before, after: before, warnings: [], losing: null, dryRun }, objects: [] };
    }
    const accountFault = validateRequestField("email", appleAccount);
    if (accountFault !== undefined) throw createRejectedInputFailure(accountFault, "--apple-account");
    if (next.simulated === true) refuseSimulated({ endpoint }, file.name);
    const isSimulated = next.simulated === true;
    // a rehearsal with the simulator must not change the renewal item of a real certificate
    const recorded = isSimulated ? undefined : await findRecordedItem(writer);
    const judged = isSame
      ? EMPTY_COMPARISON
      : compareCertificates({ stored, recorded, next }, { session, name: file.name, endpoint });
    const losing = judged.formerTopic === undefined ? null : before.enrolledDevices;
    if (judged.formerTopic !== undefined && file.acceptLosingDevices !== before.enrolledDevices) {
      throw createTopicChangeFailure(judged.formerTopic, next, { ...file, enrolled: before.enrolledDevices, endpoint });
    }
    const { topic } = next.expiring;
    const items = await listRenewalItems(writer);
    const listed = isSimulated
      ? undefined
      : items.find((item) => item.kind === PUSH_RENEWAL_KIND && item.topic === topic);
    const own = listed?.id ?? stored.renewal ?? recorded?.id;
    const { kind, name, expiresAt, fingerprint } = next.expiring;
    const simulated = isSimulated;
    const expiry = { kind, name, organisation: null, expiresAt, fingerprint, topic, account: appleAccount, simulated };
    const renewal = await storeOwnExpiry(writer, session, own ?? null, expiry);
    await updateStoredPush(writer, {
      ...(isSame ? {} : buildUploadedFields(session, stored, { next, pem })),
      appleAccount,
      renewal,
    });
    const after = await readPushState(writer);
    const warnings = [...judged.warnings, ...createAccountWarnings(before.appleAccount, appleAccount)];
    return {
      result: { unchanged: false, before, after, warnings, losing, dryRun },
      objects: [PUSH_CERTIFICATE_AUDIT_OBJECT],
      before: toAuditValues(before),
      after: { ...toAuditValues(after), losing },
    };
  });
};

/**
 * Warns if the Apple Account differs from the recorded account. @see facts 3.3, 3.4: a renewal with another account
 * creates another certificate, unless Apple has moved the certificate
 */
const createAccountWarnings = (was: string | null, is: string): readonly Text[] =>
  was === null || emailKey(was) === emailKey(is)
    ? []
    : [
        text(
          `the recorded Apple Account was ${was}. Next year, renew with ${is}, but first check that Apple's portal lists this certificate for that account`,
          `記録されていた Apple Account は ${was} でした。次回の更新では ${is} を使います。Apple のポータルでこの証明書が一覧に表示されることを確認してください`,
        ),
      ];

/** Returns the values for the audit record: what the certificate contains, and its Apple Account. */
const toAuditValues = ({
  topic,
  name,
  expiresAt,
  appleAccount,
  issuedByApple,
  fingerprint,
  publicKey,
}: PushCertificate) => ({
  topic,
  name,
  expiresAt,
  appleAccount,
  issuedByApple,
  fingerprint,
  publicKey,
});

const buildUploadedFields = (
  session: Session,
  { stagedKey }: StoredPushCertificate,
  { next: { expiring, evidence, simulated }, pem }: ParsedCertificate,
): Partial<StoredPushCertificate> => ({
  ...CLEARED_REQUEST_FIELDS,
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
  uploadedAt: getCurrentInstant(session.surroundings),
  uploadedBy: session.actor,
});

interface ParsedCertificate {
  readonly next: Renewable;
  /** the certificate only, because the file may also contain a private key */
  readonly pem: string;
}

/**
 * Reads the push certificate in a PEM or DER file. @throws Failure `input-rejected` if the file does not contain
 * exactly one
 */
function readCertificateFile({ name, bytes }: CertificateUpload): ParsedCertificate {
  const found = readRenewables({ name, bytes }).filter(({ expiring }) => expiring.kind === PUSH_RENEWAL_KIND);
  const [next, ...others] = found;
  if (next === undefined || others.length > 0) {
    throw createRejectedInputFailure(
      next === undefined
        ? text("the file is not an MDM push certificate", "このファイルは MDM プッシュ通知証明書ではありません")
        : text("the file contains several push certificates", "このファイルにはプッシュ通知証明書が複数あります"),
      name,
      USE_DOWNLOADED_FILE_HINT,
    );
  }
  const written = [...findPemBlocks(decodeLatin1(bytes))].map((block) => block.text);
  for (const one of [...written, bytes]) {
    const certificate = attempt(() => new X509Certificate(one));
    if (certificate === undefined || fingerprintOf(certificate.raw) !== next.expiring.fingerprint) continue;
    return { next, pem: certificate.toString() };
  }
  throw createRejectedInputFailure(
    text(
      "the file is neither PEM nor DER, so it cannot be uploaded",
      "ファイルが PEM でも DER でもないため、アップロードできません",
    ),
    name,
    USE_DOWNLOADED_FILE_HINT,
  );
}

const USE_DOWNLOADED_FILE_HINT = text(
  "use the file exactly as downloaded from Apple's portal: MDM_…_Certificate.pem",
  "Apple のポータルからダウンロードしたファイルをそのまま指定してください: MDM_…_Certificate.pem",
);

const USE_NEWEST_CERTIFICATE_HINT = text(
  "download the newest certificate from Apple's portal (Renew, then Download)",
  "Apple のポータルから最新の証明書をダウンロードしてください(「Renew」のあと「Download」)",
);

type OptionalEndpoint = AdeEndpoint | null;

/** Returns the hints for a simulator, which is used in place of Apple's portal. */
const buildSimulatorHints = (
  url: string,
  { topic, appleAccount }: Pick<StoredPushCertificate, "topic" | "appleAccount">,
) => {
  const line = SIMULATOR_COMMANDS.pushCertificate(url, topic);
  const make = buildRequestCommand(appleAccount);
  return {
    newest: text(
      `get a new certificate from the simulator: ${line}`,
      `シミュレーターから新しい証明書を取得してください: ${line}`,
    ),
    makeRequest: text(
      `create a signing request (${make}), then get a certificate for it from the simulator: ${line}`,
      `CSR を作成し(${make})、シミュレーターから証明書を取得してください: ${line}`,
    ),
    cure: text(
      `write the staged request again (${WRITE_REQUEST_COMMAND}), then get a certificate for it from the simulator: ${line}`,
      `作成済みの CSR をもう一度書き出し(${WRITE_REQUEST_COMMAND})、シミュレーターから証明書を取得してください: ${line}`,
    ),
    sameTopic: (former: string) => {
      const renew = SIMULATOR_COMMANDS.pushCertificate(url, former);
      return text(
        `write the staged request again (${WRITE_REQUEST_COMMAND}), then renew the certificate in use with it: ${renew}`,
        `作成済みの CSR をもう一度書き出し(${WRITE_REQUEST_COMMAND})、使用中の証明書を更新してください: ${renew}`,
      );
    },
  };
};

/** The result of comparing a new certificate with the certificate in use. */
interface CertificateComparison {
  /** undefined if the topic does not change, or the former topic is not known */
  readonly formerTopic: string | undefined;
  readonly warnings: readonly Text[];
}

const EMPTY_COMPARISON: CertificateComparison = { formerTopic: undefined, warnings: [] };

interface CertificateReplacement {
  readonly stored: StoredPushCertificate;
  /** the renewal item that was recorded manually, if the tenant did not have its own certificate yet */
  readonly recorded: RenewalItem | undefined;
  readonly next: Renewable;
}

/**
 * Compares two certificates. @throws Failure `input-rejected` if the new certificate cannot replace the old one (a
 * different topic is not checked)
 */
function compareCertificates(
  { stored, recorded, next }: CertificateReplacement,
  {
    session,
    name,
    endpoint,
  }: { readonly session: Session; readonly name: string; readonly endpoint: OptionalEndpoint },
): CertificateComparison {
  const there = endpoint?.kind === "simulator" ? buildSimulatorHints(endpoint.url, stored) : undefined;
  const { stagedPublicKey, stagedAt } = stored;
  if (stagedPublicKey === null || stagedAt === null)
    throw createRejectedInputFailure(NO_STAGED_REQUEST_TEXT, name, there?.makeRequest ?? describeRequestSteps(stored));
  const csr = {
    request: { publicKey: stagedPublicKey, vendorSigned: false },
    writtenAt: new Date(stagedAt),
  };
  const current = getCurrentCertificate(stored, recorded, next);
  const now = new Date(session.surroundings.now());
  const circumstances = { csr, now, simulator: there !== undefined, strict: false };
  const { checks, leftToCheck } = judgeReplacement(current, next, circumstances);
  const bad = (id: Check["id"]): Check | undefined =>
    checks.find((check) => check.id === id && check.outcome === "bad");
  if (bad("request-key") !== undefined)
    throw createRejectedInputFailure(DIFFERENT_REQUEST_TEXT, name, there?.cure ?? RENEW_WITH_STAGED_REQUEST_HINT);
  const refused = bad("validity") ?? bad("expiry") ?? bad("issuer") ?? bad("signature");
  if (refused !== undefined)
    throw createRejectedInputFailure(refused.what, name, there?.newest ?? USE_NEWEST_CERTIFICATE_HINT);
  // for the first certificate, the check `kind` always remains open, because there is no certificate to compare with
  const doubtful = checks.filter(
    ({ id, outcome }) => outcome === "warning" || (id !== "kind" && leftToCheck.includes(id)),
  );
  return {
    formerTopic: bad("topic") === undefined ? undefined : (current?.expiring.topic ?? undefined),
    warnings: doubtful.map(({ what }) => what),
  };
}

/**
 * Returns the certificate in use: the tenant's own certificate, or the recorded item if the tenant has none, unless
 * this is the new certificate itself.
 */
function getCurrentCertificate(
  stored: StoredPushCertificate,
  recorded: RenewalItem | undefined,
  next: Renewable,
): CurrentItem | null {
  const { topic, name, expiresAt, validFrom, fingerprint } = stored;
  if (topic !== null && expiresAt !== null) {
    const expiring = {
      kind: PUSH_RENEWAL_KIND,
      name: name ?? topic,
      expiresAt,
      validFrom,
      certainty: "exact",
      fingerprint,
      topic,
    } as const;
    return { expiring: { ...expiring, organisation: null }, evidence: readStoredEvidence(stored) };
  }
  if (recorded === undefined || recorded.fingerprint === next.expiring.fingerprint) return null;
  return { expiring: { ...recorded, validFrom: null } };
}

const NO_STAGED_REQUEST_TEXT = text(
  "no signing request is staged, so the certificate cannot be matched with its key",
  "作成済みの CSR がないため、この証明書に対応する鍵がありません",
);

const buildRequestCommand = (account: string | null): CommandLine =>
  line("push-certificate csr", [], { email: account ?? "MAIL", name: "NAME", output: REQUEST_FILE });

const describeRequestSteps = ({ appleAccount }: Pick<StoredPushCertificate, "appleAccount">): Text => {
  const csr = buildRequestCommand(appleAccount);
  return text(
    `create a signing request, then renew with it in Apple's portal: ${csr}`,
    `CSR を作成し、それを使って Apple のポータルで更新してください: ${csr}`,
  );
};

const DIFFERENT_REQUEST_TEXT = text(
  "the certificate was not made from the staged signing request, but from another request",
  "この証明書は、作成済みの CSR とは別の CSR から作られています",
);

const EXAMPLE_REQUEST_COMMAND = line("push-certificate csr", [], {
  email: "mdm@example.co.jp",
  name: "Hanako Yamada",
  output: REQUEST_FILE,
});

const WRITE_REQUEST_COMMAND = line("push-certificate csr", [], { output: REQUEST_FILE });

/**
 * Hint to use the staged request. A new request from the wizard would discard the key for which a certificate is still
 * expected. @see facts 3.4
 */
const RENEW_WITH_STAGED_REQUEST_HINT = text(
  `write the staged request again, then choose Renew in Apple's portal and upload this file: ${WRITE_REQUEST_COMMAND}`,
  `作成済みの CSR をもう一度書き出し、Apple のポータルで「Renew」を選んで、そのファイルをアップロードしてください: ${WRITE_REQUEST_COMMAND}`,
);

const RENEW_SAME_CERTIFICATE_HINT = text(
  `in Apple's portal, sign in with the same Apple Account, choose Renew for the certificate in use (never Create a Certificate), and upload the staged request (to write the request again: ${WRITE_REQUEST_COMMAND})`,
  `Apple のポータルで同じ Apple Account を使い、作成済みの CSR で既存の行の「Renew」を選んで作り直してください(「Create a Certificate」は使わない)。CSR をもう一度書き出すには: ${WRITE_REQUEST_COMMAND}`,
);

/**
 * Creates the failure for a different topic. @see facts 3.4: after a change of the topic, no enrolled device responds
 * any longer
 */
function createTopicChangeFailure(
  former: string,
  { expiring }: Renewable,
  {
    name,
    acceptLosingDevices,
    enrolled,
    endpoint,
  }: CertificateUpload & { readonly enrolled: number; readonly endpoint: OptionalEndpoint },
): Failure {
  const devices = formatCount(enrolled, "enrolled device");
  const cure =
    endpoint?.kind === "simulator"
      ? buildSimulatorHints(endpoint.url, { topic: former, appleAccount: null }).sameTopic(former)
      : RENEW_SAME_CERTIFICATE_HINT;
  if (acceptLosingDevices !== undefined) {
    return createRejectedInputFailure(
      text(
        `${devices} would stop responding, but ${acceptLosingDevices} was confirmed; nothing was changed`,
        `応答しなくなる管理中のデバイスは ${enrolled} 台で、${acceptLosingDevices} 台ではありません。何も変更していません`,
      ),
      "--accept-losing-devices",
    );
  }
  return createRejectedInputFailure(
    text(
      `the topic would change from ${former} to ${expiring.topic ?? ""}: ${devices} would stop responding until they are enrolled again`,
      `トピックが ${former} から ${expiring.topic ?? ""} に変わります。管理中のデバイス ${enrolled} 台が、再登録するまで応答しなくなります`,
    ),
    name,
    text(
      `${cure.en}; to continue anyway: --accept-losing-devices ${enrolled}`,
      `${cure.ja}。デバイスの再登録を承知のうえで続けるには: --accept-losing-devices ${enrolled}`,
    ),
  );
}

/** The steps to set the profile password in the console. @see facts 3.3 */
const PASSWORD_STEPS = text(
  `in the console, the password is set together with the certificate: Settings › Mobile Device Management › iOS/macOS › 基本設定 › MDM 構成プロファイルの作成ウィザード; see ${line("renewals guide", ["push-certificate"])}`,
  `管理画面では、パスワードは証明書と一緒に設定します。Settings › Mobile Device Management › iOS/macOS › 基本設定 で「MDM 構成プロファイルの作成ウィザード」を使ってください。手順: ${line("renewals guide", ["push-certificate"])}`,
);

/**
 * Records that the password for manually installing the profile was set, and the time. The password itself is not
 * stored.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` if the password violates its rule
 */
export const setProfilePassword = (session: Session, password: string): Promise<PushCertificate> => {
  return session.change(
    { action: "push-certificate.profile-password", locks: PUSH_CERTIFICATE_LOCKS },
    async (writer) => {
      await refuseMirror(writer, PASSWORD_STEPS);
      const fault = validateProfilePassword(password);
      if (fault !== undefined) throw createRejectedInputFailure(fault);
      const { profilePasswordSetAt: former } = await readStoredPush(writer);
      const profilePasswordSetAt = getCurrentInstant(session.surroundings);
      await updateStoredPush(writer, { profilePasswordSetAt });
      const result = await readPushState(writer);
      return {
        result,
        objects: [PUSH_CERTIFICATE_AUDIT_OBJECT],
        before: { profilePasswordSetAt: former },
        after: { profilePasswordSetAt },
      };
    },
  );
};
