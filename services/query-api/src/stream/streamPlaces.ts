import type { Access } from "@cart/http-kit";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";

export type StreamPlaces = {
  /** Takes a place until it is freed. Throws an `HttpProblem` if there is none. */
  readonly take: (access: Access) => AbortController;
  readonly free: (place: AbortController) => void;
  readonly taken: () => number;
  /** Ends all streams. No place can be taken any more. */
  readonly close: () => void;
};

export type StreamPlacesOptions = { readonly maxStreams: number; readonly maxStreamsPerUser: number };

/** Bounds the streams that are open at once: all together, and those of each user, so that one user leaves places for others. */
export const createStreamPlaces = ({ maxStreams, maxStreamsPerUser }: StreamPlacesOptions): StreamPlaces => {
  const places = new Map<AbortController, string | undefined>();
  const ofUsers = new Map<string, number>();
  let isClosed = false;

  return {
    take: (access) => {
      if (isClosed || places.size >= maxStreams) throw noPlace(tooManyStreams);
      const user = userOf(access);
      if (user !== undefined) {
        const taken = ofUsers.get(user) ?? 0;
        if (taken >= maxStreamsPerUser) throw noPlace(tooManyStreamsOfUser);
        ofUsers.set(user, taken + 1);
      }
      const place = new AbortController();
      places.set(place, user);
      return place;
    },
    free: (place) => {
      const user = places.get(place);
      if (!places.delete(place) || user === undefined) return;
      const left = (ofUsers.get(user) ?? 0) - 1;
      if (left > 0) ofUsers.set(user, left);
      else ofUsers.delete(user);
    },
    taken: () => places.size,
    close: () => {
      isClosed = true;
      for (const place of places.keys()) place.abort();
    },
  };
};

/** A service that checks no tokens knows no users. */
const userOf = (access: Access): string | undefined =>
  access === "unchecked" ? undefined : JSON.stringify([access.tenantId, access.userId]);

export const tooManyStreams: ProblemKind = {
  status: 503,
  type: "/problems/too-many-streams",
  title: "The service takes no more streams now",
};

export const tooManyStreamsOfUser: ProblemKind = {
  status: 429,
  type: "/problems/too-many-streams-of-user",
  title: "The user has too many open streams",
};

const noPlace = (problem: ProblemKind): HttpProblem => new HttpProblem({ ...problem, headers: { "Retry-After": "5" } });
