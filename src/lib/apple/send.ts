export interface AppleRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AppleResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Does not follow redirects. @throws `unavailable` if the response is incomplete; `interrupted` */
export type Send = (request: AppleRequest) => Promise<AppleResponse>;
