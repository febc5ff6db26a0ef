import { line, step } from "../../advice/index.ts";
import { findDeviceLimit } from "../../apple/service/account.ts";
import { AppleRefusal } from "../../apple/service/errors.ts";
import type { DeviceResult, DeviceResults } from "../../apple/service/service.ts";
import type { AdeProfile } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { formatCount, text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import { MAX_TRACED_RECORDS, type Session } from "../session.ts";
import { disableProfile, findProfile, clearProfileStatus, storeResults, type StoredProfile } from "./profile-rows.ts";
import type { Reader } from "../store/store.ts";
import { contactApple, type AppleContact } from "./contact.ts";
import type { AppleAccess } from "./guard.ts";

const ADE_LOCKS = ["ade"];

/** Default delay before a retry. An hour was too short in another MDM product.  @see apple 3 (hazard 7) */
const DEFAULT_RETRY_SECONDS = 24 * 60 * 60;

/** Maximum time that a response waits for further responses to be stored in the same transaction. */
const MAX_BATCH_WAIT_MS = 200;

/**
 * Maximum number of responses per transaction. If each response has a thousand devices, the audit record is still
 * readable.
 */
const MAX_BATCH_RESPONSES = 10;

/**
 * Returns how many responses to store in the next transaction. Batches are faster, because each transaction rewrites
 * the same parts of the index.
 */
const getBatchSize = (answers: number): number => Math.min(MAX_BATCH_RESPONSES, Math.max(1, Math.floor(answers / 4)));

/** Returns the object that identifies a profile in audit records. */
export const toProfileObject = ({ id, name }: Pick<AdeProfile, "id" | "name">) => ({ thing: "ade_profile", id, name });

/** Devices to which a profile is assigned, or from which it is removed. */
interface ProfileAssignment {
  readonly serials: readonly string[];
  /** the profile to assign; null if the profile is removed */
  readonly target: StoredProfile | null;
  /** true if the profile is assigned automatically, not at a person's request */
  readonly automatic?: boolean | undefined;
}

/** Apple's results for all devices. */
export interface SendResult {
  readonly results: ReadonlyMap<string, DeviceResult>;
  /** when to retry assignments that Apple did not accept; a UTC instant */
  readonly retryAt: string | null;
}

/**
 * Sends devices to Apple in as many requests as needed. While a response is stored, the next request is already in
 * progress. Responses are stored in the order of their requests. If a request fails, the responses received so far are
 * stored.
 *
 * @throws Failure in the same cases as the service
 */
export const sendInChunks = async (
  session: Session,
  apple: AppleAccess,
  sending: ProfileAssignment,
  signal?: AbortSignal,
): Promise<SendResult> => {
  const contact = await contactApple(session, apple, signal);
  const { target } = sending;
  // the contact may have shown that the token belongs to another MDM server
  if (target !== null) requireActive(await session.read((reader) => getStoredProfile(reader, target.profile.id)));
  return sendToService(session, contact, sending, signal);
};

/** Returns the profile with an id. @throws Failure `not-found` */
export const getStoredProfile = async (reader: Reader, id: string): Promise<StoredProfile> => {
  const found = await findProfile(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no ADE profile has the ID "${id}"`, `ID が「${id}」の ADE プロファイルはありません`),
    hint: text(
      `to list the profiles: ${line("ade profiles list", [])}`,
      `プロファイルの一覧: ${line("ade profiles list", [])}`,
    ),
  });
};

/** Checks that Apple still accepts a profile. @throws Failure `input-rejected` if it does not */
export const requireActive = ({ profile: { id, name, state } }: StoredProfile): void => {
  if (state === "active") return;
  throw new Failure("input-rejected", {
    what:
      state === "other-server"
        ? text(
            `the ADE profile "${name}" was created at another MDM server`,
            `ADE プロファイル「${name}」は別の MDM サーバで作成したものです`,
          )
        : text(
            `Apple has disabled the ADE profile "${name}"`,
            `ADE プロファイル「${name}」は Apple 側で無効化されています`,
          ),
    where: name,
    hint: step(
      "create the profile again",
      "プロファイルを作り直してください",
      line("ade profiles create", [], { from: id }),
    ),
  });
};

/** Does the same as {@link sendInChunks}, but with a service that was already contacted. */
export const sendToService = async (
  session: Session,
  { service, account }: Pick<AppleContact, "service" | "account">,
  { serials, target, automatic = false }: ProfileAssignment,
  signal?: AbortSignal,
): Promise<SendResult> => {
  const size = findDeviceLimit(account, "/profile/devices", target === null ? "DELETE" : "POST").maximum;
  const answers = new AppleResponses(session, target, automatic);
  let sent = 0;
  const send = (from: number): Promise<DeviceResults> | undefined => {
    if (from >= serials.length || signal?.aborted === true) return undefined;
    const chunk = serials.slice(from, from + size);
    sent = Math.max(sent, from + chunk.length);
    const answer = target === null ? service.unassign(chunk) : service.assign(target.profile.uuid, chunk);
    // prevents an unhandled rejection, because the response is awaited only after the previous response is stored
    answer.catch(() => undefined);
    return answer;
  };
  let underWay = send(0);
  try {
    for (let from = size; underWay !== undefined; from += size) {
      const answer = await underWay;
      underWay = send(from);
      await answers.take(answer);
    }
    await answers.keep();
  } catch (error) {
    // store the responses received so far, and the response to the request in progress
    await answers.keep().catch(() => undefined);
    await underWay
      ?.then((answer) => answers.take(answer))
      .then(() => answers.keep())
      .catch(() => undefined);
    if (target !== null && isProfileGone(error)) await recordDisabledProfile(session, target);
    throw await handleMissingResponse(session, error, serials.slice(0, sent), answers.all());
  }
  const all = answers.all();
  // after an abort, the other devices were not sent
  if (all.results.size < serials.length) signal?.throwIfAborted();
  return all;
};

/**
 * Returns the error to throw after a request failed. If a response is missing or unreadable, Apple may still have
 * processed the request. The profile status of its devices is then cleared, so that nobody switches on a device because
 * of an outdated status. The next request sends these devices again.
 */
const handleMissingResponse = async (
  session: Session,
  error: unknown,
  sent: readonly string[],
  { results }: SendResult,
): Promise<unknown> => {
  const open = sent.filter((serial) => !results.has(serial));
  if (!(error instanceof Failure) || error instanceof AppleRefusal || open.length === 0) return error;
  await session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    await clearProfileStatus(writer, open);
    return { result: undefined, objects: [] };
  });
  const { hint } = error;
  return error.with({
    hint: text(
      `${hint === undefined ? "" : `${hint.en}; `}Apple may still have carried out the request for ${formatCount(open.length, "device")}; to check: ${line("ade sync", [], { full: true })}`,
      `${hint === undefined ? "" : `${hint.ja}。`}Apple 側では ${open.length} 台に対して実行された可能性があります。${line("ade sync", [], { full: true })} で確認してください`,
    ),
  });
};

/** Returns true if Apple reports that it no longer has a profile. */
export const isProfileGone = (error: unknown): boolean =>
  error instanceof AppleRefusal && error.apple === "NO_SUCH_PROFILE";

const recordDisabledProfile = (session: Session, { pk, profile }: StoredProfile): Promise<void> =>
  session.change({ action: "ade.profiles.disabled", locks: ADE_LOCKS }, async (writer) => {
    await disableProfile(writer, pk);
    return { result: undefined, objects: [toProfileObject(profile)] };
  });

/** Collects Apple's responses and stores them in batches. */
class AppleResponses {
  readonly #session: Session;
  readonly #target: StoredProfile | null;
  readonly #automatic: boolean;
  readonly #results = new Map<string, DeviceResult>();
  #unkept: DeviceResults[] = [];
  #answers = 0;
  #since = 0;
  #retrySeconds = 0;

  constructor(session: Session, target: StoredProfile | null, automatic: boolean) {
    this.#session = session;
    this.#target = target;
    this.#automatic = automatic;
  }

  /** Adds a response, and stores the batch if it is large or old enough. */
  async take(answer: DeviceResults): Promise<void> {
    const now = this.#session.surroundings.now();
    if (this.#unkept.length === 0) this.#since = now;
    this.#unkept.push(answer);
    this.#answers += 1;
    const isEnough = this.#unkept.length >= getBatchSize(this.#answers) || now - this.#since >= MAX_BATCH_WAIT_MS;
    // responses may have different delays before a retry, so they are not combined in one batch
    if (isEnough || [...answer.results.values()].some(isRetryableResult)) await this.keep();
  }

  /** Stores the responses that are not stored yet, with an audit record. */
  async keep(): Promise<void> {
    const unkept = this.#unkept;
    if (unkept.length === 0) return;
    const target = this.#target;
    const results = new Map(unkept.flatMap((answer) => [...answer.results]));
    const seconds = unkept.at(-1)?.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS;
    await this.#session.change(
      { action: target === null ? "ade.profiles.unassign" : "ade.profiles.assign", locks: ADE_LOCKS },
      async (writer) => {
        await storeResults(writer, {
          profile: target === null ? null : { pk: target.pk, uuid: target.profile.uuid, automatic: this.#automatic },
          results,
          at: getCurrentInstant(this.#session.surroundings),
          retryAt: this.#later(seconds),
        });
        return {
          result: undefined,
          objects: [
            ...(target === null ? [] : [toProfileObject(target.profile)]),
            ...[...results.keys()].map(toDeviceObject),
          ],
          detail: { results: groupSerialsByResult([...results].slice(0, MAX_TRACED_RECORDS)) },
        };
      },
    );
    this.#unkept = [];
    for (const [serial, result] of results) {
      this.#results.set(serial, result);
      if (isRetryableResult(result)) this.#retrySeconds = Math.max(this.#retrySeconds, seconds);
    }
  }

  all(): SendResult {
    return { results: this.#results, retryAt: this.#later(this.#retrySeconds) };
  }

  #later(seconds: number): string {
    const at = this.#session.surroundings.now() + seconds * 1000;
    return getCurrentInstant({ now: () => at });
  }
}

const isRetryableResult = (result: DeviceResult): boolean => result === "FAILED" || result === "THROTTLED";

const toDeviceObject = (serialNumber: string) => ({ thing: "ade_device", id: serialNumber, name: serialNumber });

/**
 * Groups serial numbers by result. Uses lists, because building an object with a member for each device would take many
 * times longer.
 */
const groupSerialsByResult = (results: readonly (readonly [serial: string, result: DeviceResult])[]) => {
  const all: Partial<Record<DeviceResult, string[]>> = {};
  for (const [serial, result] of results) (all[result] ??= []).push(serial);
  return all;
};
