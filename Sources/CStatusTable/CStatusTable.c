#include "CStatusTable.h"
