import { line, step } from "../../advice/index.ts";
import { limitOf } from "../../apple/service/account.ts";
import { AppleRefusal } from "../../apple/service/errors.ts";
import type { DeviceResult, DeviceResults } from "../../apple/service/service.ts";
import type { AdeProfile } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { counted, text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import { MAX_TRACED, type Session } from "../session.ts";
import { disableProfile, findProfile, forgetStatus, storeResults, type StoredProfile } from "./profile-rows.ts";
import type { Reader } from "../store/store.ts";
import { contactApple, type Contact } from "./contact.ts";
import type { AppleAccess } from "./guard.ts";

const LOCKS = ["ade"];

/** How long to wait where Apple does not say: an hour was too short elsewhere. @see apple 3 (hazard 7) */
const RETRY_SECONDS = 24 * 60 * 60;

/** An answer waits no longer than this for others that are kept in the same transaction. */
const WAIT_MS = 200;

/** Answers of a thousand devices each make a record of the audit that can still be read. */
const MAX_TOGETHER = 10;

/** How many answers are kept together, after so many: each transaction writes the same parts of an index. */
const together = (answers: number): number => Math.min(MAX_TOGETHER, Math.max(1, Math.floor(answers / 4)));

/** What the audit calls a profile. */
export const objectOf = ({ id, name }: Pick<AdeProfile, "id" | "name">) => ({ thing: "ade_profile", id, name });

/** Devices that get a profile, or lose one. */
interface ProfileAssignment {
  readonly serials: readonly string[];
  /** null: they lose it */
  readonly target: StoredProfile | null;
  /** nobody asked for these devices: they get it by themselves */
  readonly automatic?: boolean | undefined;
}

/** What Apple answered for all devices. */
export interface SendResult {
  readonly results: ReadonlyMap<string, DeviceResult>;
  /** when those that Apple did not take are tried again; a UTC instant */
  readonly retryAt: string | null;
}

/**
 * Sends devices to Apple in requests as long as it takes. The next request is under way while an answer is kept, in the
 * order of the answers; where something fails, what was answered until then is kept.
 *
 * @throws Failure as the service
 */
export const sendInChunks = async (
  session: Session,
  apple: AppleAccess,
  sending: ProfileAssignment,
  signal?: AbortSignal,
): Promise<SendResult> => {
  const contact = await contactApple(session, apple, signal);
  const { target } = sending;
  // the server may have turned out to be another one
  if (target !== null) requireActive(await session.read((reader) => profileNamed(reader, target.profile.id)));
  return sendBy(session, contact, sending, signal);
};

/** A profile. @throws Failure `not-found` */
export const profileNamed = async (reader: Reader, id: string): Promise<StoredProfile> => {
  const found = await findProfile(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no ADE profile ${id}`, `ADE プロファイル ${id} はありません`),
    hint: text(`see ${line("ade profiles list", [])}`, `確認: ${line("ade profiles list", [])}`),
  });
};

/** @throws Failure `input-rejected` of one that Apple no longer takes */
export const requireActive = ({ profile: { id, name, state } }: StoredProfile): void => {
  if (state === "active") return;
  throw new Failure("input-rejected", {
    what:
      state === "other-server"
        ? text(
            `the profile ${name} was made at another MDM server`,
            `ADE プロファイル「${name}」は別の MDM サーバで作成したものです`,
          )
        : text(`Apple has disabled the profile ${name}`, `ADE プロファイル「${name}」は Apple 側で無効化されています`),
    where: name,
    hint: step("make it anew", "作り直してください", line("ade profiles create", [], { from: id })),
  });
};

/** As {@link sendInChunks}, where Apple was contacted already. */
export const sendBy = async (
  session: Session,
  { service, account }: Pick<Contact, "service" | "account">,
  { serials, target, automatic = false }: ProfileAssignment,
  signal?: AbortSignal,
): Promise<SendResult> => {
  const size = limitOf(account, "/profile/devices", target === null ? "DELETE" : "POST").maximum;
  const answers = new AppleAnswers(session, target, automatic);
  let sent = 0;
  const send = (from: number): Promise<DeviceResults> | undefined => {
    if (from >= serials.length || signal?.aborted === true) return undefined;
    const chunk = serials.slice(from, from + size);
    sent = Math.max(sent, from + chunk.length);
    const answer = target === null ? service.unassign(chunk) : service.assign(target.profile.uuid, chunk);
    // it is awaited once the answer before it is kept
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
    // what Apple answered until now, and what it answers to the request under way
    await answers.keep().catch(() => undefined);
    await underWay
      ?.then((answer) => answers.take(answer))
      .then(() => answers.keep())
      .catch(() => undefined);
    if (target !== null && isDisabled(error)) await noteDisabled(session, target);
    throw await withoutAnswer(session, error, serials.slice(0, sent), answers.all());
  }
  const all = answers.all();
  // the others were not sent any more
  if (all.results.size < serials.length) signal?.throwIfAborted();
  return all;
};

/**
 * What is told where Apple's answer did not come, or cannot be read: it may have done what it was asked for. The state of
 * those devices is known no more, so that nobody switches one on by it, and the next request sends them again.
 */
const withoutAnswer = async (
  session: Session,
  error: unknown,
  sent: readonly string[],
  { results }: SendResult,
): Promise<unknown> => {
  const open = sent.filter((serial) => !results.has(serial));
  if (!(error instanceof Failure) || error instanceof AppleRefusal || open.length === 0) return error;
  await session.change({ action: null, locks: LOCKS }, async (writer) => {
    await forgetStatus(writer, open);
    return { result: undefined, objects: [] };
  });
  const { hint } = error;
  return error.with({
    hint: text(
      `${hint === undefined ? "" : `${hint.en}; `}Apple may have done it for ${counted(open.length, "device")} all the same: see by ${line("ade sync", [], { full: true })}`,
      `${hint === undefined ? "" : `${hint.ja}。`}Apple 側では ${open.length} 台に対して実行された可能性があります。${line("ade sync", [], { full: true })} で確認してください`,
    ),
  });
};

/** Whether Apple says that it has a profile no more. */
export const isDisabled = (error: unknown): boolean =>
  error instanceof AppleRefusal && error.apple === "NO_SUCH_PROFILE";

const noteDisabled = (session: Session, { pk, profile }: StoredProfile): Promise<void> =>
  session.change({ action: "ade.profiles.disabled", locks: LOCKS }, async (writer) => {
    await disableProfile(writer, pk);
    return { result: undefined, objects: [objectOf(profile)] };
  });

/** Answers of Apple's, and which of them are not kept yet. */
class AppleAnswers {
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

  /** Takes an answer, and keeps what is not kept yet where that is enough. */
  async take(answer: DeviceResults): Promise<void> {
    const now = this.#session.surroundings.now();
    if (this.#unkept.length === 0) this.#since = now;
    this.#unkept.push(answer);
    this.#answers += 1;
    const isEnough = this.#unkept.length >= together(this.#answers) || now - this.#since >= WAIT_MS;
    // each may say another time to try again
    if (isEnough || [...answer.results.values()].some(isTriedAgain)) await this.keep();
  }

  /** Keeps what is not kept yet, with its record in the audit. */
  async keep(): Promise<void> {
    const unkept = this.#unkept;
    if (unkept.length === 0) return;
    const target = this.#target;
    const results = new Map(unkept.flatMap((answer) => [...answer.results]));
    const seconds = unkept.at(-1)?.retryAfterSeconds ?? RETRY_SECONDS;
    await this.#session.change(
      { action: target === null ? "ade.profiles.unassign" : "ade.profiles.assign", locks: LOCKS },
      async (writer) => {
        await storeResults(writer, {
          profile: target === null ? null : { pk: target.pk, uuid: target.profile.uuid, automatic: this.#automatic },
          results,
          at: instant(this.#session.surroundings),
          retryAt: this.#later(seconds),
        });
        return {
          result: undefined,
          objects: [...(target === null ? [] : [objectOf(target.profile)]), ...[...results.keys()].map(deviceObject)],
          detail: { results: byResult([...results].slice(0, MAX_TRACED)) },
        };
      },
    );
    this.#unkept = [];
    for (const [serial, result] of results) {
      this.#results.set(serial, result);
      if (isTriedAgain(result)) this.#retrySeconds = Math.max(this.#retrySeconds, seconds);
    }
  }

  all(): SendResult {
    return { results: this.#results, retryAt: this.#later(this.#retrySeconds) };
  }

  #later(seconds: number): string {
    const at = this.#session.surroundings.now() + seconds * 1000;
    return instant({ now: () => at });
  }
}

const isTriedAgain = (result: DeviceResult): boolean => result === "FAILED" || result === "THROTTLED";

const deviceObject = (serialNumber: string) => ({ thing: "ade_device", id: serialNumber, name: serialNumber });

/** The serial numbers of each result: an object with a member for each device takes many times longer to make. */
const byResult = (results: readonly (readonly [serial: string, result: DeviceResult])[]) => {
  const all: Partial<Record<DeviceResult, string[]>> = {};
  for (const [serial, result] of results) (all[result] ??= []).push(serial);
  return all;
};
