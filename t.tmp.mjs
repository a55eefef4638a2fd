import {Gallery} from './dist/src/gallery/gallery.js';
import {loadConfig} from './dist/src/config/load.js';
import * as E from './dist/src/engine.js';
import * as L from './dist/src/config/load.js';
console.log(Object.keys(L));
