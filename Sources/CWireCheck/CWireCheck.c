#include "CWireCheck.h"
