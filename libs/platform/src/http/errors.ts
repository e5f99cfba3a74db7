/** 403: the person works here but may not do this. */
export class Forbidden extends Error {
  constructor(readonly code = 'auth.role', sentence = 'This action belongs to another role.') {
    super(sentence);
    this.name = 'Forbidden';
  }
}

/** 401: nobody we know, or a token we don't take. */
export class Unauthenticated extends Error {
  constructor(reason = 'A valid access token is needed.') {
    super(reason);
    this.name = 'Unauthenticated';
  }
}

export interface FieldFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** 422: well-formed, but these fields can't be taken. */
export class InvalidFields extends Error {
  constructor(readonly errors: readonly FieldFault[]) {
    super('Some fields can not be taken as they are.');
    this.name = 'InvalidFields';
  }
}

/** 428: the action needs If-Match or Idempotency-Key. */
export class PreconditionMissing extends Error {
  constructor(header: string) {
    super(`${header} is needed.`);
    this.name = 'PreconditionMissing';
  }
}

/** 400: headers or syntax. */
export class BadRequest extends Error {
  constructor(sentence: string, readonly code = 'http.syntax') {
    super(sentence);
    this.name = 'BadRequest';
  }
}

/** 422: the same Idempotency-Key came with another body. */
export class KeyReused extends Error {
  constructor() {
    super('This Idempotency-Key was used for another request.');
    this.name = 'KeyReused';
  }
}

/** 409 with Retry-After: a twin of the request, or somebody else, still holds what it needs. */
export class Busy extends Error {
  constructor() {
    super('The same thing is being changed right now.');
    this.name = 'Busy';
  }
}
