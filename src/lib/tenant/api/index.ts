import { pid } from "node:process";
import { Failure, ServerFault } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { PartsResolver, TenantParts } from "../subjects/parts.ts";
import { getCurrentInstant, type Surroundings, type Processes } from "../store/ids.ts";
import type { Actor } from "../ledger/actor.ts";
import { perform, type AnyOperation } from "../subjects/operation.ts";
import type { FileForm } from "../../csv/records/record.ts";
import { MACHINE_OWNER, Session } from "../ledger/session.ts";
import type { CopyRelation, TenantCopyState } from "../../model/tenant-file.ts";
import type { OpenMail } from "../subjects/account-reset.ts";
import type { AppleAccess } from "../subjects/ade-server.ts";
import type { AuditVerificationOptions } from "../ledger/audit-verify.ts";
import {
  readSchemaVersion,
  SCHEMA_VERSION,
  openTenantFile,
  upgradeTo,
  type TenantFileOptions,
} from "../ledger/tenant-file.ts";
import { hideStoragePaths, toStorageFailure } from "../store/storage-failure.ts";
import { Store, type StoreOptions, type WriterGuard } from "../store/store.ts";
import type { Scope } from "../store/types.ts";

export { backUpTenantFile } from "../ledger/tenant-file.ts";

export interface OpenTenant {
  readonly perform: (asked: LocalRequest) => Promise<LocalResult>;
  readonly partsFor: PartsResolver;
  readonly explain: TenantParts["explain"];
  readonly track: <T>(work: () => Promise<T>) => Promise<T>;
  readonly canSignIn: () => Promise<boolean>;
  readonly isMirror: () => Promise<boolean>;
  readonly isReadable: () => Promise<boolean>;
  /** false while requests or jobs are under way */
  readonly isIdle: () => boolean;
  /** Waits for running work and closes the files. Later requests fail with `unavailable`. */
  readonly close: () => Promise<void>;
}

export interface LocalRequest {
  readonly one: AnyOperation;
  readonly path: Readonly<Record<string, string>>;
  readonly given: unknown;
  /** for a workbook, `encoding` is `xlsx` */
  readonly file: { readonly stream: ReadableStream<Uint8Array>; readonly encoding: string } | undefined;
  readonly signal: AbortSignal | undefined;
  /** revision of the tenant that the user confirmed; any later revision leads to a refusal */
  readonly base?: number | undefined;
}

export type LocalResult = Awaited<ReturnType<typeof perform>>;

export interface TenantOptions extends Pick<
  StoredTenantOptions,
  "folder" | "name" | "inMemory" | "busyTimeoutMs" | "guard" | "log" | "shared"
> {
  readonly actor: string;
  readonly acting: "owner" | { readonly account: string } | "requests";
  readonly surroundings: Surroundings;
  readonly apple?: AppleAccess | undefined;
  readonly spool?: TenantParts["spool"];
  readonly mail?: OpenMail | undefined;
  /** detects which processes are alive, to name the holder of a lock; default: only this process */
  readonly processes?: Processes | undefined;
}

const EMBEDDED_SENDER = { address: "embedded" };

const NO_PROCESSES: Processes = { self: 0, isAlive: (one) => one === pid };

/** Creates or migrates the tenant if necessary. @throws `locked`, `unavailable`, `input-rejected` */
export const openTenant = (options: TenantOptions): OpenTenant => {
  const {
    actor,
    acting,
    surroundings,
    spool,
    processes = NO_PROCESSES,
    mail: openMail = NO_MAIL_ACCESS,
    apple = NO_APPLE_ACCESS,
  } = options;
  const underWay = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  let isClosing = false;
  const follow = <T>(answered: Promise<T>): Promise<T> => {
    const forget = (): void => void underWay.delete(answered);
    underWay.add(answered);
    answered.then(forget, forget);
    return answered;
  };
  const track = <T>(work: () => Promise<T>): Promise<T> =>
    isClosing ? Promise.reject(createClosedFailure()) : follow(work());
  const startJob: TenantParts["startJob"] = (work) => void follow(work(stopping.signal).catch(() => undefined));
  const isServed = acting === "requests";
  const mail = isServed ? () => openMail().catch(throwMailFault) : openMail;
  const { close, ...parts } = openStoredTenant({
    ...options,
    isServed,
    now: getCurrentInstant(surroundings),
    processes,
  });
  const owner = new Session(parts.store, surroundings, actor, MACHINE_OWNER);
  const countSignIns = async () => owner.read((await import("./sign-in/credential-rows.ts")).countSignInAccounts);
  const own = { ...parts, session: owner, owner, sender: EMBEDDED_SENDER, spool, processes, mail, apple, startJob };
  const partsFor: PartsResolver =
    acting === "requests"
      ? createCredentialResolver(own, options)
      : acting === "owner"
        ? () => own
        : createAccountResolver(acting.account, own, options);
  return {
    perform: (asked) => track(() => performLocally(own.explain, asked, () => partsFor(null, false, undefined))),
    partsFor,
    explain: own.explain,
    track,
    canSignIn: async () => (await countSignIns()) > 0,
    isMirror: async () => owner.read((await import("../ledger/tenant-rows.ts")).isMirror),
    isReadable: () =>
      countSignIns()
        .then(() => !isClosing && parts.isCurrent())
        .catch(() => false),
    isIdle: () => underWay.size === 0,
    async close() {
      isClosing = true;
      stopping.abort();
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await close();
    },
  };
};

const performLocally = async (
  explain: TenantParts["explain"],
  { one, path, given, file, base, signal = new AbortController().signal }: LocalRequest,
  partsHere: () => ReturnType<PartsResolver>,
): Promise<LocalResult> => {
  try {
    const parts = await partsHere();
    const upload = file && (await receiveLocalFile(file, signal));
    return await perform(one, parts, { path, given, base, signal, file: upload });
  } catch (error) {
    const { toFailure } = await import("../store/storage-failure.ts");
    throw toFailure(explain(error));
  }
};

const receiveLocalFile = async ({ stream, encoding }: NonNullable<LocalRequest["file"]>, signal: AbortSignal) => {
  const { createUpload } = await import("../subjects/upload.ts");
  return createUpload({ body: stream, signal }, encoding as FileForm);
};

const APPLE_UNREACHABLE_FAILURE = new Failure("unavailable", {
  what: text("this tenant has no access to Apple's services", "このテナントからは Apple のサービスに接続できません"),
});

const NO_APPLE_ACCESS: AppleAccess = {
  send: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
  sealing: {
    seal: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
    unseal: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
  },
  wait: () => Promise.resolve(),
  program: "clomoctl",
};

const NO_MAIL_ACCESS: OpenMail = () =>
  Promise.reject(
    new Failure("input-rejected", {
      what: text("this tenant cannot send email", "このテナントからはメールを送信できません"),
    }),
  );

/** @throws ServerFault for missing or wrong mail settings of the server; rethrows other errors */
const throwMailFault = (error: unknown): never => {
  if (!(error instanceof Failure)) throw error;
  const what = text("the server cannot send email", "サーバーからメールを送信できません");
  throw new ServerFault({ cause: error, what });
};

interface StoredTenantOptions extends TenantFileOptions, Pick<StoreOptions, "shared"> {
  /** true if errors are sent to other computers and must not contain local paths */
  readonly isServed?: boolean | undefined;
  readonly guard?: WriterGuard | undefined;
}

const openStoredTenant = ({ guard, isServed, shared, ...file }: StoredTenantOptions) => {
  const { folder, processes, log } = file;
  const database = openTenantFile(file);
  const followed = log && { log, schema: SCHEMA_VERSION, upgrade: upgradeTo };
  const store = new Store(database, { guard, followed, shared });
  let begun: ReturnType<typeof makeEngine> | undefined;
  const makeEngine = async () => {
    const { ImportEngine } = await import("../plans/engine.ts");
    return new ImportEngine(database, { folder, processes, followed });
  };
  const engine = () => (begun ??= makeEngine());
  return {
    store,
    engine,
    within: async (scope: Scope) => {
      const { buildScopeView } = await import("../ledger/scope.ts");
      return { store: store.within(buildScopeView(scope)), engine: async () => (await engine()).within(scope) };
    },
    verifyAudit: async (question: AuditVerificationOptions, signal: AbortSignal | undefined) =>
      (await import("../ledger/audit-verify.ts")).verifyAudit(database, question, signal),
    /** Adds the reason to an error, such as the fault of the disk. */
    explain: (error: unknown): unknown => {
      const failure = toStorageFailure(error, database.path);
      return isServed === true ? hideStoragePaths(failure) : failure;
    },
    // a file that follows a log is checked whenever it has followed the log
    isCurrent: () => log !== undefined || readSchemaVersion(database) === SCHEMA_VERSION,
    close: async (): Promise<void> => {
      await (await begun)?.close();
      database.close();
    },
  };
};

type OpenedTenantParts = TenantParts & Pick<ReturnType<typeof openStoredTenant>, "within" | "isCurrent">;

type OwnerOptions = Pick<TenantOptions, "surroundings" | "actor">;

const openTenantParts = async (own: OpenedTenantParts, actor: Actor, { surroundings, actor: owner }: OwnerOptions) => {
  const { buildScope } = await import("../ledger/check-rights.ts");
  const scope = buildScope(actor);
  const parts = { ...own, ...(scope && (await own.within(scope))) };
  return { ...parts, session: new Session(parts.store, surroundings, owner, actor) };
};

const createAccountResolver =
  (as: string, own: OpenedTenantParts, options: OwnerOptions): (() => Promise<TenantParts>) =>
  async () => {
    const { resolveActor } = await import("../ledger/actor.ts");
    const actor = await own.store.read((reader) => resolveActor(reader, as));
    return openTenantParts(own, actor, options);
  };

const createCredentialResolver =
  (own: OpenedTenantParts, { surroundings, actor }: OwnerOptions): PartsResolver =>
  async (header, isOpen, from) => {
    if (from === undefined) throw new TypeError("a request over a socket has no source");
    const { address, id } = from;
    const origin = { ...surroundings.origin, access: "socket" as const, address, request: id };
    const options = { surroundings: { ...surroundings, origin }, actor };
    const owner = new Session(own.store, options.surroundings, actor, MACHINE_OWNER);
    requireCurrentSchema(own);
    if (isOpen) return { ...own, owner, session: owner, sender: from };
    const { operator } = from;
    if (operator !== undefined) {
      const { resolveOperator } = await import("../ledger/actor.ts");
      const acting = await own.store.read((reader) => resolveOperator(reader, operator));
      return { ...(await openTenantParts(own, acting, options)), owner, sender: from };
    }
    const { findSignedInActor, recordUse } = await import("./sign-in/credentials.ts");
    const now = getCurrentInstant(surroundings);
    const found = await findSignedInActor(own.store, { header, now });
    if (found instanceof Failure) throw found;
    const { stored } = found;
    await recordUse(owner, stored, own.explain);
    const token = stored.kind === "token" ? stored.name : undefined;
    const here = { ...options, surroundings: { ...surroundings, origin: { ...origin, token } } };
    return { ...(await openTenantParts(own, found.actor, here)), owner, sender: from };
  };

const requireCurrentSchema = ({ isCurrent }: Pick<OpenedTenantParts, "isCurrent">): void => {
  if (isCurrent()) return;
  throw new Failure("unavailable", {
    what: text(
      "this tenant was written by a newer version of clomoctl; the server must be restarted with that version",
      "このテナントは、より新しいバージョンの clomoctl で変更されました。そのバージョンでサーバーを起動し直してください",
    ),
  });
};

const createClosedFailure = (): Failure =>
  new Failure("unavailable", { what: text("the tenant is closed", "テナントは閉じられています") });

export const inspectCopy = async (path: string, signal?: AbortSignal): Promise<TenantCopyState> =>
  (await import("../ledger/received.ts")).inspectTenantCopy(path, signal);

export const compareCopyWithTenant = async (local: string, copy: string): Promise<CopyRelation> =>
  (await import("../ledger/tenant-copy.ts")).compareCopyWithTenant(local, copy);

export const receiveTenantFile = async (copy: string, file: TenantFileOptions): Promise<void> =>
  (await import("../ledger/tenant-file.ts")).receiveTenantFile(copy, file);

export const replaceTenantFile = async (path: string, received: string): Promise<void> =>
  (await import("../ledger/tenant-copy.ts")).replaceTenantFile(path, received);
