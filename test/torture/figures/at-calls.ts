import { hasBytes, isByPath, needsSpace, writes, type Call, type Fault, type FaultKind } from "../faulty-disk.ts";
import { APPLE } from "../scenes/apple.ts";
import { BY_HAND } from "../scenes/by-hand.ts";
import { OF_FILES } from "../scenes/files.ts";
import { LARGER } from "../scenes/larger.ts";
import { IN_MIRROR } from "../scenes/mirror.ts";
import { RENEWALS } from "../scenes/renewals.ts";
import type { Scene } from "../scenes/scene.ts";
import { SETTINGS } from "../scenes/settings.ts";
import { WRITTEN } from "../scenes/written.ts";
import type { Trial } from "../trial.ts";

/** Every command that writes. */
export const SCENES: readonly Scene[] = [
  ...LARGER,
  ...OF_FILES,
  ...BY_HAND,
  ...IN_MIRROR,
  ...APPLE,
  ...RENEWALS,
  ...SETTINGS,
  ...WRITTEN,
];

/** A fault, and what the call is for: `eio 31: fsync out.csv`. */
const placeOf = ({ kind, number, seconds }: Fault, call: Call | undefined): string =>
  `${kind} ${number}${seconds === undefined ? "" : ` ${seconds}`}${call === undefined ? "" : `: ${call.name} ${call.file}`}`;

function readPlace(place: string): Fault {
  const [kind = "", number = "", seconds] = place.replace(/:.*/, "").split(" ");
  return {
    kind: kind as FaultKind,
    number: Number(number),
    ...(seconds !== undefined && { seconds: Number(seconds) }),
  };
}

/** Trials of every scene, at places chosen from the calls that it makes on a sound disk. */
const atCalls = (choose: (calls: readonly Call[]) => readonly Fault[], scenes = SCENES): readonly Trial[] =>
  scenes.map((scene) => ({
    scene: scene.name,
    places: async (workplace) => {
      const { calls } = await (await workplace.stage(scene)).rehearsal;
      return choose(calls).map((fault) => placeOf(fault, calls[fault.number - 1]));
    },
    attempt: async (place, workplace) => (await workplace.stage(scene)).attempt(readPlace(place), workplace.stopMs),
  }));

const each = (calls: readonly Call[], ...kinds: readonly FaultKind[]): readonly Fault[] =>
  calls.flatMap(({ number }) => kinds.map((kind) => ({ kind, number })));

/** At each call one of several faults, in turn: together they meet all kinds of calls. */
const inTurn = <T>(
  calls: readonly Call[],
  faults: readonly T[],
  make: (call: Call, one: T) => Fault,
): readonly Fault[] =>
  calls.flatMap((call, at) =>
    faults
      .slice(at % faults.length)
      .slice(0, 1)
      .map((one) => make(call, one)),
  );

const ofKind = ({ number }: Call, kind: FaultKind): Fault => ({ number, kind });

/** One of all calls that differ in name and file. */
const kindsOf = (calls: readonly Call[]): readonly Call[] =>
  [...Map.groupBy(calls, ({ name, file }) => `${name} ${file}`).values()].flatMap(
    (alike) => alike[Math.floor(alike.length / 2)] ?? [],
  );

/** `kill -9` before each write, within it, and after the last one. */
export const KILLS = atCalls((calls) => {
  const writing = calls.filter(writes);
  return [
    ...each(writing, "kill-before"),
    ...each(writing.filter(hasBytes), "kill-within"),
    ...each(writing.slice(-1), "kill-after"),
  ];
});

/** The same, and what was not synced is lost; also when the command has ended. */
export const LOSSES = atCalls((calls) => [
  ...each(calls.filter(writes), "lose-all"),
  ...inTurn<FaultKind>(calls.filter(writes), ["lose-data", "lose-names"], ofKind),
  ...(["lose-all", "lose-data", "lose-names"] as const).map((kind) => ({ kind, number: -1 })),
]);

export const DISK_FAULTS = atCalls((calls) => [
  ...each(calls, "eio"),
  ...each(calls.filter(isByPath), "eacces"),
  ...inTurn<FaultKind>(calls.filter(needsSpace), ["enospc", "full"], ofKind),
  ...each(calls.filter(hasBytes), "short"),
]);

/** A signal before each write. */
export const SIGNALS = atCalls((calls) => inTurn<FaultKind>(calls.filter(writes), ["INT", "TERM", "HUP"], ofKind));

const DAY = 86_400;

/** The clock jumps at one of all calls that differ. */
export const JUMPS = atCalls(
  (calls) =>
    inTurn(kindsOf(calls), [-400 * DAY, -DAY, -1, DAY, 400 * DAY], ({ number }, seconds) => ({
      kind: "clock",
      number,
      seconds,
    })),
  SCENES.filter(({ readsDate }) => readsDate !== true),
);

/** Stopped a quarter, half and three quarters through the writes. */
export const STOPS = atCalls((calls) => {
  const writing = calls.filter(writes);
  return [1, 2, 3].flatMap((quarter) => each(writing.slice((writing.length * quarter) / 4).slice(0, 1), "stop"));
});
