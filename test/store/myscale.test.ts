import { storeContract } from '../contract/store.ts';
import { openOnServer } from './on-server.ts';

storeContract('the store on a MyScale server', () => openOnServer({ kind: 'myscale-v2' }));
