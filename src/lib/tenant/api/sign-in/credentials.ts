import { valueRuleOf, type Given } from "../../../model/thing.ts";
import { line, step } from "../../../advice/index.ts";
import { Failure } from "../../../errors/index.ts";
import { getSessionEnd, floorToHour, SECRET_PATTERN, TOKEN_DAYS } from "../../../model/credential.ts";
import { formatMoment, DAY_MS, HOUR_MS } from "../../../model/time.ts";
import { describeRefusal } from "../../../model/value.ts";
import { text } from "../../../text/index.ts";
import { createId, getCurrentInstant, sha256, type Surroundings } from "../../store/ids.ts";
import { toActor, type Actor, type ActorAccount } from "../../ledger/actor.ts";
import type { Session } from "../../ledger/session.ts";
import type { Store } from "../../store/store.ts";
import type { Writer } from "../../store/types.ts";
import { generateSecret } from "../../subjects/verifier.ts";
import {
  deleteCredential,
  deleteExpiredCredentials,
  findCredential,
  insertCredential,
  listTokens,
  recordCredentialUse,
  type StoredCredential,
} from "./credential-rows.ts";

export const NOT_SIGNED_IN_FAILURE = new Failure("not-signed-in", {
  what: text(
    "you are not signed in, or the session or token is no longer valid",
    "サインインしていないか、セッションまたはトークンが無効です",
  ),
});

/** A server does not know the time zones of its users. */
const SERVER_TIMEZONE = "Asia/Tokyo";

const createExpiredTokenFailure = ({ name, expiresAt }: StoredCredential): Failure => {
  const end = formatMoment(expiresAt, SERVER_TIMEZONE, "minute");
  return new Failure("not-signed-in", {
    what: text(`the access token "${name}" expired at ${end}`, `アクセストークン「${name}」は ${end} に失効しました`),
    hint: step(
      "sign in with login, then create the token again",
      "login でサインインしてから、トークンを作り直してください",
      line("access-tokens create", [name]),
    ),
  });
};

/** Returns the actor with the account's present role and organisations, or the reason why there is no actor. */
export const findSignedInActor = async (
  store: Pick<Store, "read">,
  { header, now }: { readonly header: string | null; readonly now: string },
): Promise<{ readonly actor: Actor; readonly stored: StoredCredential } | Failure> => {
  const [, secret = ""] = /^Bearer +(\S+)$/i.exec(header ?? "") ?? [];
  const hash = SECRET_PATTERN.test(secret) ? sha256(secret) : undefined;
  const found = hash === undefined ? undefined : await store.read((reader) => findCredential(reader, hash));
  const actor = found && toActor(found.account);
  if (found === undefined || actor === undefined) return NOT_SIGNED_IN_FAILURE;
  const { id, kind, name, isReadOnly, addsJobs, expiresAt } = found.credential;
  if (expiresAt <= now) return kind === "token" ? createExpiredTokenFailure(found.credential) : NOT_SIGNED_IN_FAILURE;
  return {
    actor: { ...actor, credential: { id, kind, name, isReadOnly, addsJobs, expiresAt } },
    stored: found.credential,
  };
};

const ABORTED_SIGNAL = AbortSignal.abort();

/** Records the use of a credential at most once an hour. Does nothing if others write or the disk is full. */
export const recordUse = async (
  owner: Session,
  stored: StoredCredential,
  explain: (error: unknown) => unknown,
): Promise<void> => {
  const { store } = owner;
  // avoids formatting an instant if the use was already recorded in this hour
  const isRecorded = stored.lastUsedAt !== null && owner.surroundings.now() - Date.parse(stored.lastUsedAt) < HOUR_MS;
  if (isRecorded || store.isReadOnly) return;
  const lastUsedAt = floorToHour(getCurrentInstant(owner.surroundings));
  const expiresAt = stored.kind === "token" ? stored.expiresAt : getSessionEnd({ ...stored, lastUsedAt });
  try {
    await owner.change({ action: null, locks: [], signal: ABORTED_SIGNAL }, async (writer) => {
      await recordCredentialUse(writer, { pk: stored.pk, lastUsedAt, expiresAt });
      return { result: undefined, objects: [] };
    });
  } catch (error) {
    const failure = explain(error);
    if (!(failure instanceof Failure && (failure.code === "interrupted" || failure.status === 507))) throw error;
  }
};

type OwnAccount = ActorAccount & { readonly user: number };

const hasUser = (account: ActorAccount | undefined): account is OwnAccount => account?.user !== undefined;

export const requireAccount = ({ actor: { account } }: Session): OwnAccount => {
  if (hasUser(account)) return account;
  if (account !== undefined)
    throw new Failure("not-permitted", {
      what: text(
        "this operation requires a CLOMO account of this tenant, and you signed in with the server's provider",
        "このテナントの CLOMO アカウントが必要な操作ですが、サーバーのプロバイダーでサインインしています",
      ),
    });
  throw new Failure("input-rejected", {
    what: text(
      "this operation requires a CLOMO account, and the owner of this computer does not have one",
      "CLOMO アカウントが必要な操作ですが、このコンピューターの所有者にアカウントはありません",
    ),
    hint: text("add --as ACCOUNT to the command", "コマンドに --as ACCOUNT を付けてください"),
  });
};

export type AccessToken = Readonly<ReturnType<typeof toAccessToken>>;

const toAccessToken = ({ isReadOnly: readOnly, addsJobs: jobs, ...stored }: StoredCredential) => {
  const { id, name, accountName: account, createdAt, lastUsedAt, expiresAt } = stored;
  return { id, name, readOnly, jobs, account, createdAt, lastUsedAt, expiresAt };
};

export const listAccessTokens = async (session: Session, all: boolean): Promise<readonly AccessToken[]> => {
  const user = all ? undefined : requireAccount(session).user;
  return session.read(async (reader) => (await listTokens(reader, user)).map(toAccessToken));
};

type CredentialRequest = { readonly actor: Actor } & Pick<StoredCredential, "kind"> &
  Partial<Pick<StoredCredential, "name" | "isReadOnly" | "addsJobs" | "expiresAt">>;

export const storeCredential = async (
  writer: Writer,
  surroundings: Surroundings,
  { actor, kind, name = "", isReadOnly = false, addsJobs = false, expiresAt }: CredentialRequest,
) => {
  const { account } = actor;
  if (!hasUser(account)) throw new TypeError("only accounts have credentials");
  const secret = generateSecret(surroundings.random);
  const createdAt = getCurrentInstant(surroundings);
  const begins = floorToHour(createdAt);
  const id = createId(surroundings);
  const ends = expiresAt ?? getSessionEnd({ createdAt, lastUsedAt: begins });
  const lastUsedAt = kind === "session" ? begins : null;
  const row = { id, user: account.user, kind, name, isReadOnly, addsJobs, createdAt, lastUsedAt, expiresAt: ends };
  const rememberedSince = Date.parse(createdAt) - TOKEN_DAYS.storedAfterExpiry * DAY_MS;
  const tokensBefore = getCurrentInstant({ now: () => rememberedSince });
  await deleteExpiredCredentials(writer, { now: createdAt, tokensBefore });
  await insertCredential(writer, { ...row, hash: sha256(secret) });
  return { id, secret, expiresAt: ends, createdAt };
};

type NewAccessToken = Pick<AccessToken, "name"> & Given<Pick<AccessToken, "readOnly" | "jobs" | "expiresAt">>;

export const createAccessToken = async (
  session: Session,
  { name, readOnly = false, jobs = false, expiresAt }: NewAccessToken,
): Promise<AccessToken & { readonly secret: string }> => {
  const { user, id: account, name: accountName } = requireAccount(session);
  requireTokenName(name);
  const now = session.surroundings.now();
  const ends = expiresAt ?? getCurrentInstant({ now: () => now + TOKEN_DAYS.default * DAY_MS });
  requireTokenEnd(ends, now);
  return session.change({ action: "access-tokens.create", locks: ["accounts"] }, async (writer) => {
    const known = await listTokens(writer, user);
    const namesake = known.find((token) => token.name === name);
    if (namesake !== undefined && Date.parse(namesake.expiresAt) > now)
      throw new Failure("input-rejected", {
        what: text(`you already have a token named "${name}"`, `「${name}」というトークンはすでにあります`),
        where: "json.name",
        hint: step("to revoke that token", "そのトークンを失効させるには", line("access-tokens revoke", [name])),
      });
    if (namesake !== undefined) await deleteCredential(writer, user, namesake.id);
    const { secret, ...made } = await storeCredential(writer, session.surroundings, {
      actor: session.actor,
      kind: "token",
      name,
      isReadOnly: readOnly,
      addsJobs: jobs,
      expiresAt: ends,
    });
    const token = { ...made, name, readOnly, jobs, account: accountName, lastUsedAt: null };
    return {
      result: { ...token, secret },
      objects: [{ thing: "account", id: account, name: accountName }],
      detail: { token: name, readOnly, ...(jobs && { jobs }), expiresAt: ends },
    };
  });
};

const TOKEN_NAME = { type: "text", longest: 100 } as const;

const requireTokenName = (name: string): void => {
  const what =
    name === "" ? text("must not be blank", "空にできません") : describeRefusal(valueRuleOf(TOKEN_NAME), name);
  if (what !== undefined) throw new Failure("input-rejected", { what, where: "json.name" });
};

const requireTokenEnd = (expiresAt: string, now: number): void => {
  const end = Date.parse(expiresAt);
  if (end > now && end <= now + TOKEN_DAYS.max * DAY_MS) return;
  throw new Failure("input-rejected", {
    what: text("a token must expire within a year from now", "トークンの有効期限は今から 1 年以内にしてください"),
    where: "json.expiresAt",
  });
};

/** A system administrator may revoke the tokens of all accounts. */
export const revokeAccessToken = async (session: Session, id: string): Promise<AccessToken> => {
  const own = session.actor.role === "system" ? undefined : requireAccount(session).user;
  return session.change({ action: "access-tokens.revoke", locks: ["accounts"] }, async (writer) => {
    const token = (await listTokens(writer, own)).find((one) => one.id === id);
    if (token === undefined || !(await deleteCredential(writer, token.user, id)))
      throw new Failure("not-found", {
        what: text("no token has this ID", "この ID のトークンはありません"),
        hint: step("to list your tokens", "トークンの一覧", line("access-tokens list", [])),
      });
    const holder = await writer.get("select id from main.user where pk = :user", { user: token.user });
    return {
      result: toAccessToken(token),
      objects: [{ thing: "account", id: String(holder?.["id"]), name: token.accountName }],
      detail: { token: token.name },
    };
  });
};

export const signOut = async (session: Session): Promise<void> => {
  const { account, credential } = session.actor;
  if (!hasUser(account) || credential === undefined) throw NOT_SIGNED_IN_FAILURE;
  if (credential.kind === "token")
    throw new Failure("not-permitted", {
      what: text(
        `the request uses the access token "${credential.name}", so there is no session to end`,
        `このリクエストはアクセストークン「${credential.name}」を使っているため、終了できるセッションがありません`,
      ),
      hint: step("to revoke it", "失効させるには", line("access-tokens revoke", [credential.name])),
    });
  await session.change({ action: "sessions.end", locks: ["accounts"] }, async (writer) => {
    await deleteCredential(writer, account.user, credential.id);
    return { result: undefined, objects: [{ thing: "account", id: account.id, name: account.name }] };
  });
};
