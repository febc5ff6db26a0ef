import { simulated } from "../../apple/simulator/mdm.ts";
import type { Send } from "../../../../src/lib/apple/send.ts";
import { inBoth, run, type Circumstances, type Ran } from "../program.ts";

/** What a simulator was asked. */
interface Request {
  readonly asked: string;
  readonly body: unknown;
}

const URL = "http://127.0.0.1:8600";

/** A simulator of 25 devices that command lines ask. */
export function rehearsal() {
  const { simulator, mdm } = simulated();
  const requests: Request[] = [];
  const apple: Send = (request) => {
    const { method, url, body } = request;
    requests.push({ asked: `${method} ${url}`, body: body === undefined ? undefined : JSON.parse(body) });
    return mdm.send(request);
  };
  const circumstances = { apple, environment: { CLOMOCTL_SIMULATOR_URL: URL } };
  return {
    simulator,
    mdm,
    requests,
    /** serial numbers of its first server, in their order */
    serials: (): string[] => [...simulator.devices()].map(({ serial }) => serial),
    run: (line: string | readonly string[], more: Circumstances = {}): Promise<Ran> =>
      run(line, { ...circumstances, ...more }),
    inBoth: (line: string | readonly string[], more: Circumstances = {}) => inBoth(line, { ...circumstances, ...more }),
  };
}
